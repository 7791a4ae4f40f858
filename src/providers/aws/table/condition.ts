/** Attributes beside the body: what conditions compare and lists show. */
export type Columns = Readonly<Record<string, string | number | boolean>>;

/** Under which a write is taken. All that is said must hold at once. */
export interface Condition {
  /** Columns that must have this value. */
  readonly is?: Columns;
  /** Columns that the stored item must not have. */
  readonly lacks?: readonly string[];
  /** Columns that must be at most this; one that is missing is not. */
  readonly atMost?: Readonly<Record<string, number>>;
  /** Taken as well when there is no item. Alone: taken only then. */
  readonly orAbsent?: true;
}

export interface Expression {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

/** As DynamoDB writes it. Names go through placeholders: DynamoDB reserves some 570 words. */
export function expressionOf({ is = {}, lacks = [], atMost = {}, orAbsent }: Condition): Expression {
  const names: Record<string, string> = { '#pk': 'pk' };
  const values: Record<string, string | number | boolean> = {};
  const name = (column: string): string => {
    names[`#${column}`] = column;
    return `#${column}`;
  };
  const compare = (sign: string) => {
    return ([column, value]: [string, string | number | boolean]): string => {
      values[`:${column}`] = value;
      return `${name(column)} ${sign} :${column}`;
    };
  };
  const terms = [
    ...Object.entries(is).map(compare('=')),
    ...lacks.map((column) => `attribute_not_exists(${name(column)})`),
    ...Object.entries(atMost).map(compare('<=')),
  ];
  // A column that an item lacks and an item that is not there look alike: only `pk` tells them apart.
  const present = ['attribute_exists(#pk)', ...terms].join(' AND ');
  const absent = 'attribute_not_exists(#pk)';
  const ConditionExpression = !orAbsent ? present : terms.length === 0 ? absent : `${absent} OR (${present})`;
  return { ConditionExpression, ExpressionAttributeNames: names, values };
}
