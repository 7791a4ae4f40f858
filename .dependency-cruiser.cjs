const never = (name, from, to, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: to },
});
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', comment: 'data flows one way', from: {}, to: { circular: true } },
    never('base-is-bottom', '^src/base', '^src/(?!base)', 'base knows no domain'),
    never('model-is-nouns', '^src/model', '^src/(?!base|model)', 'types and arithmetic only'),
    never(
      'plan-is-pure',
      '^src/controller/(plan|fold-status)',
      '^src/(?!base/result|model|controller/(plan|fold-status))',
      'plan is a function of its arguments',
    ),
    {
      name: 'pure-rooms',
      severity: 'error',
      comment: 'no files, sockets, timers (hashing and text apart)',
      from: { path: '^src/(model|controller/(plan|fold-status))' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    never('ports-only', '^src/controller', '^src/providers/(aws|local|simulated|swarm)', 'the controller sees ports'),
    never(
      'faces-see-ports',
      '^src/(cli|web)',
      '^src/(providers/(aws|local|simulated|swarm)|simulation)',
      'faces never see an implementation',
    ),
    never('ports-are-nouns', '^src/providers/provider', '^src/(?!base|model)', 'ports know no implementation'),
    never('no-upward', '^src/providers', '^src/(controller|cli|web)', 'providers do not know who calls'),
    never('strangers-1', '^src/providers/local', '^src/providers/(aws|simulated)', 'implementations are strangers'),
    never(
      'strangers-2',
      '^src/providers/simulated',
      '^src/providers/(aws|local|swarm)',
      'implementations are strangers',
    ),
    never('strangers-3', '^src/providers/aws', '^src/providers/(local|simulated)', 'implementations are strangers'),
    never('one-cloud', '^src/(?!providers/aws)', 'node_modules/@aws-sdk', 'the SDK stays behind the provider'),
    never('one-door', '^src/(?!providers/swarm/engine)', 'node_modules/dockerode', 'dockerode stays behind engine.ts'),
    never(
      'simulation-sees',
      '^src/simulation',
      '^src/(cli|main|providers/(aws|local|swarm))',
      'all of it is simulated',
    ),
    never('main-is-top', '^src/(?!main)', '^src/main', 'nobody imports the composition root'),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
