import { join } from 'node:path';
import type { ClusterSpec } from '../../model/cluster-spec/schema.ts';
import type { ProviderKind } from '../../model/ids.ts';
import type { CliContext, Paths } from '../context.ts';
import { badInput } from '../exit.ts';
import {
  allPlaces,
  complaintLines,
  describePlace,
  type Place,
  placesOf,
  readAsked,
  readSpecDirectory,
} from '../files/spec-files.ts';
import { type Change, changeText, sizeChange } from './change-document.ts';
import { saveSpec } from './save-spec.ts';
import { documentSpans, setInText } from './yaml-text.ts';

export interface Wanted {
  readonly name: string;
  /** Null: local, or with `from` what stands there. Never silently simulated. */
  readonly provider: ProviderKind | null;
  readonly managers: number | null;
  /** Nodes of the first worker pool. */
  readonly size: number | null;
  /** A file to begin with. */
  readonly from: string | null;
  readonly changes: readonly Change[];
}

/** Writes `<specs>/<name>.yaml`. Refused when the name or the file is taken, or the result would be wrong. */
export async function createDocument(wanted: Wanted, { specs }: Paths, context: CliContext): Promise<Created> {
  const { name, from } = wanted;
  const [taken] = placesOf(await readSpecDirectory(specs), name);
  if (taken) throw badInput(`${name} is declared already, in ${describePlace(taken)}`);
  const shown = `${name}.yaml`;
  const path = join(specs, shown);
  const begin = from === null ? plainDocument(wanted) : await documentFrom(from, wanted, context);
  const { text } = changeText(begin, name, wanted.changes);
  return { path, spec: await saveSpec({ path, shown, before: null, after: text, name }) };
}

export interface Created {
  readonly path: string;
  readonly spec: ClusterSpec;
}

const plainDocument = ({ name, provider, managers, size }: Wanted): string => `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata:
  name: ${JSON.stringify(name).replace(/^"([a-z][a-z0-9-]*)"$/, '$1')}
spec:
  provider: ${provider ?? 'local'}
  managers:
    count: ${managers ?? 1} # 1, 3, 5 or 7
  workers:
    - name: default
      count: ${size ?? 2}
`;

/** The document of another file, under its new name and with what was asked. */
async function documentFrom(from: string, wanted: Wanted, { cwd }: CliContext): Promise<string> {
  const { file, document } = pick(allPlaces(await readAsked(from, cwd)), from, wanted.name);
  const { spec } = document;
  if (spec === null) throw badInput(complaintLines(document.complaints).join('\n'));
  const found = documentSpans(file.text).find(({ name }) => name === document.name);
  if (found === undefined) throw badInput(`${from}: its metadata.name is not plain text`);
  const isFirst = documentSpans(file.text)[0]?.name === found.name;
  const chunk = file.text.slice(isFirst ? 0 : found.start, found.end).replace(/^---[ \t]*\n/, '');
  const [span] = documentSpans(chunk);
  if (span === undefined) throw badInput(`${from} declares no cluster`);
  const changes: Change[] = [];
  if (wanted.provider !== null) changes.push({ path: 'spec.provider', value: wanted.provider });
  if (wanted.managers !== null) changes.push({ path: 'spec.managers.count', value: wanted.managers });
  if (wanted.size !== null) changes.push(sizeChange(spec, wanted.size));
  return changeText(setInText(chunk, span, 'metadata.name', wanted.name).text, wanted.name, changes).text;
}

function pick(places: readonly Place[], from: string, name: string): Place {
  const [first] = places;
  if (first === undefined) throw badInput(`${from} declares no cluster`);
  const same = places.find(({ document }) => document.name === name);
  if (same === undefined && places.length > 1) {
    throw badInput(`${from} declares ${places.length} clusters and none is called ${name}: give a file with one`);
  }
  return same ?? first;
}
