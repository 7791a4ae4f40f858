import { describe, expect, it } from 'vitest';
import { expressionOf } from '../../../src/providers/aws/table/condition.ts';

/** How DynamoDB judges them is tested on stores; here only what may be said at all. */
describe('conditions', () => {
  it('go through placeholders, since DynamoDB reserves words such as term', () => {
    expect(expressionOf({ is: { nonce: 'n', released: false }, lacks: ['swarm'], atMost: { term: 4 } })).toEqual({
      ConditionExpression:
        'attribute_exists(#pk) AND #nonce = :nonce AND #released = :released AND attribute_not_exists(#swarm) AND #term <= :term',
      ExpressionAttributeNames: {
        '#pk': 'pk',
        '#nonce': 'nonce',
        '#released': 'released',
        '#swarm': 'swarm',
        '#term': 'term',
      },
      values: { ':nonce': 'n', ':released': false, ':term': 4 },
    });
  });

  it('take an absent item only when that is said', () => {
    expect(expressionOf({ orAbsent: true }).ConditionExpression).toBe('attribute_not_exists(#pk)');
    expect(expressionOf({ lacks: ['swarm'], orAbsent: true }).ConditionExpression).toBe(
      'attribute_not_exists(#pk) OR (attribute_exists(#pk) AND attribute_not_exists(#swarm))',
    );
  });
});
