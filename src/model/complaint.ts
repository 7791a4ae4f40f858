/** One thing wrong with a file, where a person can find it. Line and column are 1-based. */
export interface Complaint {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong (what is allowed; did you mean …). */
  readonly message: string;
}

export function describeComplaint({ path, line, column, message }: Complaint): string {
  return `${path}:${line}:${column}: ${message}`;
}
