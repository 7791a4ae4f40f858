import { stringify } from 'yaml';
import type { ClusterSpec } from './schema.ts';

/** YAML with every default filled in. Parsed again it is the same spec. */
export function formatSpec(spec: ClusterSpec): string {
  return stringify(spec, {
    version: '1.2',
    schema: 'core',
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    lineWidth: 120,
  });
}
