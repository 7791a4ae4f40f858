/**
 * How long things take in a simulated world, in milliseconds. "Measured" means on real engines (20.10 and 28.5) with
 * engines in containers; the world takes one value from inside the measured range, so that it stays deterministic.
 */

/** From an accepted join to the member in the list. Measured: 0.6–0.7 s for four at once, from init on. */
export const JOIN_MS = 400;
/** A new member is `unknown` until its agent's session stands. Our choice, part of the time measured for a join. */
export const FIRST_SESSION_MS = 200;
/** From promotion to raft peer, and from there to reachable. Measured together: 0.6–1.0 s. */
export const PEER_MS = 500;
export const CONTACT_MS = 300;
/** Demotion of a follower until it is out of the manager list. Measured: 0.04–0.1 s. */
export const DEMOTE_MS = 100;
/** The same for the leader. Measured: 0.05–1.2 s (and twice 30 s with a request that hung: use a fault for that). */
export const DEMOTE_LEADER_MS = 600;
/** A leader that steps down hands over; nobody answers meanwhile. Our choice, within the 1.2 s measured for the whole. */
export const HANDOVER_MS = 500;
/** A dead leader until another one answers. Measured: 9.6–15.3 s. */
export const ELECTION_MS = 10_000;
/** The only manager of a swarm need not wait for anybody's vote. Our choice. */
export const ELECTION_ALONE_MS = 500;
/** Members are `unknown` after a leader change until their agents report. Our choice: below one heartbeat of 5 s. */
export const REPORT_MS = 3_000;
/** From death, leaving or being cut off until the swarm says Down. Measured: 10.2–15.4 s. */
export const DOWN_MS = 12_000;
/** From losing contact until a manager is shown unreachable. Our choice: the look lags behind the truth. */
export const UNREACHABLE_MS = 1_000;
/** A machine that starts by itself when its power is back. Our choice: as the default of `simulated.bootTime`. */
export const BOOT_MS = 2_000;
/** A restarted machine until its member is Ready again. Measured: 1.2 s. */
export const RESTART_MS = 1_200;
/** A thawed machine until Ready. Measured: 7 s. */
export const THAW_MS = 7_000;
/** A worker whose network is back until Ready. Measured: 2 s. */
export const HEAL_MS = 2_000;
/** A manager whose network is back until reachable. Measured: 40–50 s. */
export const HEAL_MANAGER_MS = 45_000;
/** A task from placed to running. Measured: all tasks back 0.3–0.9 s after a drain. */
export const TASK_START_MS = 300;
/** A task from told to stop to stopped: a process that obeys. Our choice. */
export const TASK_STOP_MS = 200;
/** A service's update from its last task to its end: swarmkit's default `Monitor`. */
export const MONITOR_MS = 5_000;
