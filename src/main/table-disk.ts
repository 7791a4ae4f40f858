import { basename, dirname } from 'node:path';
import type { Disk } from '../controller/store/disk.ts';
import type { TableFiles } from '../providers/aws/table/files.ts';

/** Files in a table where a controller or a command expects a disk. `/intents/x.json` is `x.json` in the folder `intents`. */
export function createTableDisk(files: TableFiles): Disk {
  const folderOf = (path: string): string => path.replace(/^\//, '');
  async function text(path: string): Promise<string> {
    const found = await files.read(folderOf(dirname(path)), basename(path));
    if (found === null) throw Object.assign(new Error(`no ${path} in the table`), { code: 'ENOENT' });
    return found;
  }
  const write = (path: string, content: string): Promise<void> =>
    files.write(folderOf(dirname(path)), basename(path), content, null);
  const remove = (path: string): Promise<void> => files.remove(folderOf(dirname(path)), basename(path), null);

  return {
    mkdir: async () => {},
    readdir: async (path) => [...(await files.all(folderOf(path))).keys()],
    readText: text,
    size: async (path) => Buffer.byteLength(await text(path)),
    write,
    async rename(from, to) {
      await write(to, await text(from));
      await remove(from);
    },
    remove,
    tidy: async () => {},
  };
}
