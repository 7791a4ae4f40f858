import { DOCKERS_OPTIONS, type LiveSwarmOptions } from '../../model/observed.ts';
import type { ApiSwarmSpec } from './api.ts';

/** Docker counts durations in ns. Whole ms times a million are exact in a double up to 18 years. */
const NS_PER_MS = 1_000_000;

export function parseOptions(spec: ApiSwarmSpec | undefined): LiveSwarmOptions {
  const { Orchestration, Dispatcher, CAConfig } = spec ?? {};
  return {
    taskHistoryLimit: Orchestration?.TaskHistoryRetentionLimit ?? DOCKERS_OPTIONS.taskHistoryLimit,
    dispatcherHeartbeatMs: toMs(Dispatcher?.HeartbeatPeriod) ?? DOCKERS_OPTIONS.dispatcherHeartbeatMs,
    certExpiryMs: toMs(CAConfig?.NodeCertExpiry) ?? DOCKERS_OPTIONS.certExpiryMs,
  };
}

/** The spec with these options; whatever else stands in it stays. */
export function withOptions(spec: ApiSwarmSpec, options: LiveSwarmOptions): ApiSwarmSpec {
  return {
    ...spec,
    Orchestration: { ...spec.Orchestration, TaskHistoryRetentionLimit: options.taskHistoryLimit },
    Dispatcher: { ...spec.Dispatcher, HeartbeatPeriod: options.dispatcherHeartbeatMs * NS_PER_MS },
    CAConfig: { ...spec.CAConfig, NodeCertExpiry: options.certExpiryMs * NS_PER_MS },
  };
}

const toMs = (ns: number | undefined): number | undefined => (ns === undefined ? undefined : ns / NS_PER_MS);
