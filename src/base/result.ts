/** Expected trouble is a value: what the world answered, or the problem it had. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const fail = <E>(problem: E): Result<never, E> => ({ ok: false, problem });

/** For the branch the compiler has proved empty. Throws if a cast lied. */
export function never(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
