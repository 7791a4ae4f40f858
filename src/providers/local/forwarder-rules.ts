import { parsePublish } from '../../model/cluster-spec/publish.ts';

/** Ports inside the forwarder, one per entry of `publish`, from here on. Any would do: it has its own network space. */
const FIRST_PORT = 20_000;

export interface Published {
  readonly ip: string;
  readonly hostPort: number;
  readonly nodePort: number;
  /** Where the forwarder itself listens. */
  readonly port: number;
}

export function published(publish: readonly string[]): readonly Published[] {
  return publish.flatMap((text, i) => {
    const parsed = parsePublish(text);
    return parsed ? [{ ...parsed, ip: parsed.ip ?? '', port: FIRST_PORT + i }] : [];
  });
}

/** What a forwarder is made with and cannot change later. */
export const forwarderLabel = (publish: readonly string[]): string => publish.join(' ');

/**
 * Input of iptables-restore, which replaces a table in one move. Connections that are there keep their way: only the
 * first packet of each is matched. `balanced` needs the kernel's `statistic` match; without it the first target gets all.
 */
export function natRules(ports: readonly Published[], targets: readonly string[], balanced: boolean): string {
  const used = balanced ? targets : targets.slice(0, 1);
  const rules = ports.flatMap(({ port, nodePort }) =>
    used.map((target, i) => {
      const left = used.length - i;
      const share = left > 1 ? ` -m statistic --mode nth --every ${left} --packet 0` : '';
      return `-A PREROUTING -p tcp --dport ${port}${share} -j DNAT --to-destination ${target}:${nodePort}`;
    }),
  );
  return [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ':INPUT ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ':POSTROUTING ACCEPT [0:0]',
    ...rules,
    '-A POSTROUTING -p tcp -j MASQUERADE',
    'COMMIT',
    '',
  ].join('\n');
}

/** Printed when rules are in force; the last such line is what is in force now. */
const MARK = 'forwards to:';

/** The forwarder's process. HUP: the rules in /skep were replaced. Both kinds of iptables, whichever this kernel takes. */
export const FORWARDER_SCRIPT = `
apply() {
  for rules in balanced first; do
    for restore in iptables-restore iptables-legacy-restore; do
      if $restore < /skep/$rules 2>/skep/error; then echo "${MARK} $(cat /skep/targets)"; return; fi
    done
  done
  echo "cannot forward: $(cat /skep/error)"
}
trap apply HUP
trap 'exit 0' TERM INT
apply
while :; do sleep 86400 & p=$!; wait $p; kill $p 2>/dev/null; done
`;

/** Targets from the forwarder's last line; null when it is no such line. */
export function parseTargets(line: string): readonly string[] | null {
  const at = line.lastIndexOf(MARK);
  if (at < 0) return null;
  return line
    .slice(at + MARK.length)
    .trim()
    .split(/\s+/)
    .filter((target) => target !== '');
}
