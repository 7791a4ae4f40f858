/** A good document that sets most fields; tests change one line of it. */
export const GOOD = `apiVersion: skep/v1alpha1
kind: ClusterSpec
metadata:
  name: edge
  labels: {env: prod}
spec:
  provider: local
  swarm:
    addressPools: [10.200.0.0/16]
    subnetSize: 24
  engine: {version: "28.5.2"}
  managers:
    count: 3
  workers:
    - name: web
      count: 2
      zones: [a]
      nodeLabels: {tier: web}
    - name: data
      count: 1
      rollout: {drainTimeout: 30m}
  rollout: {drainTimeout: 5m}
  local:
    zones: [a, b]
    binds: [/srv/data:/data:ro]
    publish: ["127.0.0.1:8080:80"]
`;
