import { z } from 'zod';
import { clusterSpecSchema } from './schema.ts';

/** What a person writes (defaults may be left out), as JSON Schema draft 7, for editors and `skep schema`. */
export function clusterSpecJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(clusterSpecSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    title: 'skep ClusterSpec v1alpha1',
    description: 'A Docker Swarm cluster as skep keeps it',
    ...rest,
  };
}
