import type { Documents } from './documents.ts';
import type { Performed } from './machine-acts.ts';
import type { What } from './story.ts';

type FileAct = Extract<
  What,
  {
    kind:
      | 'edit'
      | 'write-slowly'
      | 'delete-file'
      | 'rename'
      | 'break'
      | 'duplicate'
      | 'undo'
      | 'directory'
      | 'checkout-old';
  }
>;

/** What people do to the files. */
export function performOnFiles(documents: Documents, name: string, act: FileAct): Performed {
  const path = `${name}.yaml`;
  const before = documents.text(path);
  const putBack = async (): Promise<void> => documents.set(path, before);
  switch (act.kind) {
    case 'edit':
      documents.set(path, act.text);
      return { what: `${path} is changed` };
    case 'write-slowly':
      documents.scribble(path, act.text.slice(0, act.text.length / 2));
      return { what: `${path} is half written`, undo: async () => documents.set(path, act.text), afterMs: act.ms };
    case 'delete-file':
      documents.set(path, null);
      return { what: `${path} is removed`, undo: putBack, afterMs: act.undoMs };
    case 'rename':
      if (before !== null) documents.set(path, before.replace(`"name":"${name}"`, `"name":"${name}-x"`));
      return { what: `the document in ${path} gets another name`, undo: putBack, afterMs: act.undoMs };
    case 'break':
      if (before !== null) documents.set(path, before.slice(0, -3));
      return { what: `${path} is broken`, undo: putBack, afterMs: act.undoMs };
    case 'duplicate':
      if (before !== null) documents.set('copy.yaml', before);
      return { what: `${path} is copied`, undo: async () => documents.set('copy.yaml', null), afterMs: act.undoMs };
    case 'undo':
      documents.undo();
      return { what: 'the last change of the files is taken back' };
    case 'directory': {
      const undo = async (): Promise<void> => documents.directory.restore();
      if (act.how === 'vanishes') documents.directory.vanish();
      else if (act.how === 'denied') documents.directory.deny();
      else documents.directory.empty();
      return {
        what: `the specs directory ${act.how === 'vanishes' ? 'vanishes' : `is ${act.how}`}`,
        undo,
        afterMs: act.ms,
      };
    }
    case 'checkout-old':
      documents.checkOut(1);
      return { what: 'an older commit is checked out', undo: async () => documents.checkOut(null), afterMs: act.ms };
  }
}
