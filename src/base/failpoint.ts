/**
 * Places where a test may end the process, to prove that nothing is lost there.
 * `name` is `<effect>:<before|during|after>`. In production nothing is armed and a hit does nothing.
 */
export type Failpoint = (name: string) => void;

export const noFailpoint: Failpoint = () => {};

/**
 * Arms `spec`: `name@n[,name@n…]` kills the process (SIGKILL, so nothing is tidied up) at the n-th hit of that name.
 * `*@n` counts every hit. The test that set it learns from the exit that it was hit.
 */
export function armFailpoints(spec: string, kill: (name: string) => void): Failpoint {
  const armed = spec.split(',').map((entry) => {
    const [name = '', count = '1'] = entry.split('@');
    return { name, left: Number(count) };
  });
  return (name) => {
    for (const point of armed) {
      if (point.name !== name && point.name !== '*') continue;
      point.left -= 1;
      if (point.left === 0) kill(name);
    }
  };
}
