import { z } from 'zod';
import { controllerFileSchema, indexFileSchema, sourceFileSchema } from './fleet-status.ts';
import { statusFileSchema } from './status.ts';

/** The files of a status directory, by the words that `skep schema` takes. */
const FILES = {
  status: { schema: statusFileSchema, kind: 'ClusterStatus', description: 'One cluster: <status-dir>/<name>.json' },
  index: { schema: indexFileSchema, kind: 'FleetIndex', description: 'The fleet at a glance: index.json' },
  source: { schema: sourceFileSchema, kind: 'SourceStatus', description: 'The specs directory: _source.json' },
  controller: { schema: controllerFileSchema, kind: 'ControllerStatus', description: 'A heartbeat: _controller.json' },
} as const;

export type StatusFileKind = keyof typeof FILES;
export const STATUS_FILE_KINDS = Object.keys(FILES) as readonly StatusFileKind[];

/** Where the schema of a file is published, under `manifests/schema/`. */
export const schemaFileOf = (file: StatusFileKind): string => `${FILES[file].kind.toLowerCase()}.v1alpha1.json`;

/** One file of the status directory as JSON Schema draft 7, for `skep schema` and for whoever reads the files. */
export function statusJsonSchema(file: StatusFileKind): Record<string, unknown> {
  const { schema, kind, description } = FILES[file];
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7' });
  return { $schema, title: `skep ${kind} v1alpha1`, description, ...rest };
}
