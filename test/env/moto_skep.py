"""moto 5.2.5's server plus what a Swarm-on-ASG end-to-end run needs and moto lacks. `python moto_skep.py PORT`
A proof that the gaps can be closed from outside in ~230 lines; every fix names what stock moto does."""
import os, sys, json, threading, signal, time, functools, random
port = int(sys.argv[1]); os.environ.setdefault("MOTO_PORT", str(port))
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult, EmptyResult
from moto.cloudformation import parsing, models as cfm, responses as cfr
from moto.cloudformation.exceptions import ValidationError as CfnError, AlreadyExistsException
from moto.autoscaling import models as asm, responses as asr
from moto.autoscaling.exceptions import ValidationError as AsgError
from moto.ec2.models import route_tables, security_groups
Group, Asg, Cfn = asm.FakeAutoScalingGroup, asm.AutoScalingBackend, cfm.CloudFormationBackend
def patch(owner, name):
    def deco(f):
        old = getattr(owner, name)
        setattr(owner, name, functools.wraps(old)(lambda *a, **k: f(old, *a, **k))); return f
    return deco

# ---- Auto Scaling -------------------------------------------------------------------------------------------------
def lt_version(group):                          # stock: every instance shows the template's *default* version
    v, lt = group.launch_template_version, group.ec2_launch_template
    return str(lt.latest_version_number if v == "$Latest" else lt.default_version_number if v == "$Default" else v)
asm.InstanceState.launch_template = property(lambda s: None if not s.auto_scaling_group.ec2_launch_template else {
    "LaunchTemplateId": s.auto_scaling_group.ec2_launch_template.id, "LaunchTemplateName": s.auto_scaling_group.ec2_launch_template.name,
    "Version": getattr(s, "lt_version", None) or lt_version(s.auto_scaling_group)})
@patch(Group, "replace_autoscaling_group_instances")   # stock: all in the first subnet; version tag is the default's
def launch(old, self, n, tags):
    before = set(map(id, self.instance_states)); lt = self.ec2_launch_template; run = self.autoscaling_backend.ec2_backend.run_instances
    subnets = (self.vpc_zone_identifier or "").split(",")
    for _ in range(n):
        used = [s.instance.subnet_id for s in self.active_instances()]
        subnet = min(subnets, key=used.count) or None
        def run2(*a, **k):
            k["subnet_id"] = subnet
            if lt: k["launch_template"] = {"LaunchTemplateId": lt.id, "Version": lt_version(self)}
            return run(*a, **k)
        self.autoscaling_backend.ec2_backend.run_instances = run2
        try: old(self, 1, dict(tags))
        finally: del self.autoscaling_backend.ec2_backend.run_instances
    for s in self.instance_states:
        if id(s) not in before and lt: s.lt_version = lt_version(self)
def hook_of(backend, group):
    return next((h for h in backend.lifecycle_hooks.values() if h.auto_scaling_group_name == group.name and h.lifecycle_transition == "autoscaling:EC2_INSTANCE_TERMINATING"), None)
def begin_terminate(backend, group, state):     # stock: hooks are stored and never honoured
    hook = hook_of(backend, group)
    if hook:
        state.lifecycle_state, state.until, state.hook = "Terminating:Wait", time.time() + hook.heartbeat_timeout, hook
    else: finish(backend, group, state)
def finish(backend, group, state):
    group.instance_states = [s for s in group.instance_states if s is not state]
    backend.ec2_backend.terminate_instances([state.instance.id])
def find(backend, instance_id):
    for g in backend.autoscaling_groups.values():
        for s in g.instance_states:
            if s.instance.id == instance_id: return g, s
    raise AsgError(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")
def tick():                                     # a hook nobody completes ends by itself
    for acc in list(asm.autoscaling_backends.values()):
        for b in list(acc.values()):
            for g in list(b.autoscaling_groups.values()):
                for s in list(g.instance_states):
                    if s.lifecycle_state == "Terminating:Wait" and time.time() > s.until: finish(b, g, s)
@patch(Asg, "terminate_instance")
def terminate(old, self, instance_id, decrement):
    group, state = find(self, instance_id); before = group.desired_capacity
    if decrement and before - 1 < (group.min_size or 0): raise AsgError(f"Currently, desiredSize equals minSize ({group.min_size}). Terminating instance without replacement will violate group's min size constraint.")
    if decrement: group.desired_capacity = before - 1
    begin_terminate(self, group, state); activity = asm.TerminateInstanceActivity(state.instance, before)
    group.set_desired_capacity(group.desired_capacity); return activity
@patch(Group, "set_desired_capacity")
def resize(old, self, want):                    # scale-in only of InService and unprotected, through the hook
    want = self.min_size if want is None else want; self.desired_capacity = want; live = self.active_instances()
    if len(live) <= want: return old(self, want)
    for s in [s for s in live if not s.protected_from_scale_in][: len(live) - want]: begin_terminate(self.autoscaling_backend, self, s)
@patch(Asg, "set_desired_capacity")
def desired(old, self, name, n):                # stock: 300 of max 100 and -1 are taken; unknown group is a 500
    g = self.autoscaling_groups.get(name)
    if not g: raise AsgError(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    if n > g.max_size: raise AsgError(f"New SetDesiredCapacity value {n} is above max value {g.max_size} for the AutoScalingGroup.")
    if n < g.min_size: raise AsgError(f"New SetDesiredCapacity value {n} is below min value {g.min_size} for the AutoScalingGroup.")
    return old(self, name, n)
@patch(Asg, "delete_auto_scaling_group")
def delete_group(old, self, name):              # stock: protected instances stay running without a group
    g = self.autoscaling_groups.get(name)
    for s in list(g.instance_states if g else []): finish(self, g, s)
    if g: g.min_size = 0
    old(self, name)
def complete(self):
    b = self.autoscaling_backend; g, s = find(b, self._get_param("InstanceId"))
    if s.lifecycle_state != "Terminating:Wait": raise AsgError(f"No active Lifecycle Action found with instance ID {s.instance.id}")
    finish(b, g, s); return EmptyResult()
def heartbeat(self):
    g, s = find(self.autoscaling_backend, self._get_param("InstanceId"))
    if s.lifecycle_state != "Terminating:Wait": raise AsgError(f"No active Lifecycle Action found with instance ID {s.instance.id}")
    s.until = time.time() + s.hook.heartbeat_timeout; return EmptyResult()
asr.AutoScalingResponse.complete_lifecycle_action, asr.AutoScalingResponse.record_lifecycle_action_heartbeat = complete, heartbeat
class CfnHook(CloudFormationModel):             # stock: AWS::AutoScaling::LifecycleHook is skipped in silence
    __module__ = "moto.autoscaling.models"      # moto files its classes by module
    def __init__(self, props, account, region): self.props, self.physical_resource_id = props, props.get("LifecycleHookName", "hook"); self.put(account, region)
    def put(self, account, region):
        p = self.props; asm.autoscaling_backends[account][region].create_lifecycle_hook(self.physical_resource_id, p["AutoScalingGroupName"], p["LifecycleTransition"], int(p.get("HeartbeatTimeout", 3600)), p.get("DefaultResult", "ABANDON"))
    cloudformation_name_type = staticmethod(lambda: "LifecycleHookName"); cloudformation_type = staticmethod(lambda: "AWS::AutoScaling::LifecycleHook")
    has_cfn_attr = classmethod(lambda cls, a: False)
    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **k): return cls(cloudformation_json["Properties"], account_id, region_name)
    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name): return cls(cloudformation_json["Properties"], account_id, region_name)
    @classmethod
    def delete_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name): pass
    def delete(self, account, region): asm.autoscaling_backends[account][region].delete_lifecycle_hook(self.props["AutoScalingGroupName"], self.physical_resource_id)
    def is_created(self): return True
@classmethod
def update_group(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    p, g = cloudformation_json["Properties"], original_resource     # stock: deletes the group and makes an empty one
    if p.get("AutoScalingGroupName", g.name) != g.name: raise CfnError(message="replacement of a group is not modelled")
    g.tags = p.get("Tags", []); num = lambda k: asm.make_int(p.get(k))
    g.update(availability_zones=[], desired_capacity=num("DesiredCapacity"), max_size=num("MaxSize"), min_size=num("MinSize"), launch_config_name=None, launch_template=p.get("LaunchTemplate", {}), vpc_zone_identifier=",".join(p.get("VPCZoneIdentifier", [])) or None, health_check_period=num("HealthCheckGracePeriod"), health_check_type=p.get("HealthCheckType"), new_instances_protected_from_scale_in=p.get("NewInstancesProtectedFromScaleIn"), mixed_instances_policy=p.get("MixedInstancesPolicy", {}))
    return g
Group.update_from_cloudformation_json = update_group

# ---- CloudFormation -----------------------------------------------------------------------------------------------
def cidr(block, count, bits):                   # stock: Fn::Cidr is left as it is
    import ipaddress
    nets = ipaddress.ip_network(block).subnets(new_prefix=32 - int(bits)); return [str(next(nets)) for _ in range(int(count))]
@patch(parsing, "clean_json")
def clean(old, j, resources):                   # stock: GetAZs ignores the region (always us-east-1) and cannot take a Ref
    if isinstance(j, dict) and "Fn::GetAZs" in j:
        region = parsing.clean_json(j["Fn::GetAZs"], resources) or resources["AWS::Region"]; return [region + c for c in "abc"]
    if isinstance(j, dict) and "Fn::Cidr" in j: return cidr(*[parsing.clean_json(v, resources) for v in j["Fn::Cidr"]])
    return old(j, resources)
def uses(j, name):
    if isinstance(j, dict):
        if j.get("Ref") == name or (j.get("Fn::GetAtt") or [None])[0] == name or (j.get("Fn::GetAtt") or "") == name: return True
        if isinstance(j.get("Fn::GetAtt"), str) and j["Fn::GetAtt"].split(".")[0] == name: return True
        return any(uses(v, name) for v in j.values())
    if isinstance(j, list): return any(uses(v, name) for v in j)
    return isinstance(j, str) and "${" + name in j
@patch(parsing.ResourceMap, "build_resource_diff")
def diff(old, self, template, parameters=None): # stock: who reads a changed launch template by GetAtt is not updated
    d = old(self, template, parameters); new = template["Resources"]
    if parameters:
        now = {k: str(v) for k, v in self.resolved_parameters.items()}
        want = {k: str(parameters.get(k, s.get("Default"))) for k, s in (template.get("Parameters") or {}).items()}
        changed = [k for k in want if now.get(k) != want[k]]
        conds = [c for c, body in (template.get("Conditions") or {}).items() if any(uses(body, k) for k in changed)]
        d["Modify"] = [n for n in d["Modify"] if new[n] != self._resource_json_map.get(n)]
        d["Modify"] += [n for n in new if n in self._resource_json_map and n in self._parsed_resources and n not in d["Modify"] and (any(uses(new[n], k) for k in changed) or any(json.dumps(c) in json.dumps(new[n]) for c in conds))]
    for n in list(d["Modify"]):
        if new[n]["Type"] == "AWS::EC2::LaunchTemplate":
            d["Modify"] += [m for m in new if m in self._resource_json_map and m not in d["Modify"] and uses(new[m], n)]
    return d
def create_only(rtype):
    try:
        from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as M
        return {p.split("/")[2] for p in M.get_resource_schema("us-east-1", rtype).schema.get("createOnlyProperties", [])}
    except Exception: return set()
def changes(self):                              # stock: parameter changes give an empty list, never a Replacement
    rm, new, out = self.stack.resource_map, self.template_dict["Resources"], []; d = rm.build_resource_diff(self.template_dict, self.parameters)
    for action, names in d.items():
        for n in names:
            body = new.get(n) or rm._resource_json_map[n]; c = cfm.Change(action, n, body["Type"])
            if action == "Modify":
                o, p = rm._resource_json_map[n].get("Properties", {}), body.get("Properties", {}); pars = [k for k in self.parameters if str(rm.resolved_parameters.get(k)) != str(self.parameters[k])]
                props = sorted(k for k in {*o, *p} if o.get(k) != p.get(k) or any(uses(p.get(k), x) for x in pars) or any(uses(p.get(k), m) for m in d["Modify"] if m != n and new[m]["Type"] == "AWS::EC2::LaunchTemplate"))
                only = create_only(body["Type"]); c.replacement = "True" if only & set(props) else "False"; c.scope = ["Properties"]
                c.physical_resource_id = getattr(rm.get(n), "physical_resource_id", None)
                c.details = [{"Target": {"Attribute": "Properties", "Name": k, "RequiresRecreation": "Always" if k in only else "Never"}, "Evaluation": "Static", "ChangeSource": "ParameterReference" if any(uses(p.get(k), x) for x in pars) else "DirectModification"} for k in props]
            out.append(c)
    return out
cfm.ChangeSet.diff = changes
@patch(Cfn, "create_change_set")
def create_cs(old, self, stack_name, change_set_name, **k):
    live = [s for s in self.stacks.values() if s.name == stack_name or s.stack_id == stack_name]
    if k["change_set_type"] == "CREATE" and live and live[0].status != "REVIEW_IN_PROGRESS": raise AlreadyExistsException(f"Stack [{stack_name}] already exists and cannot be created again with the changeSet [{change_set_name}].")
    if any(c.change_set_name == change_set_name and c.stack_name == stack_name for c in self.change_sets.values()): raise AlreadyExistsException(f"ChangeSet {change_set_name} cannot be created due to a conflict with an existing ChangeSet")
    id_, sid = old(self, stack_name=stack_name, change_set_name=change_set_name, **k)
    self.stacks[sid].resource_map.cross_stack_resources = self.exports       # stock: ImportValue fails in a CREATE change set
    return id_, sid
@patch(Cfn, "execute_change_set")
def execute(old, self, change_set_name, stack_name=None):
    cs = self.change_sets[change_set_name]; stack = self.stacks[cs.stack_id]
    if cs.execution_status != "AVAILABLE": raise CfnError(message=f"ChangeSet [{change_set_name}] cannot be executed in its current status of [{cs.status}]")
    try: old(self, change_set_name, stack_name)
    except Exception: stack.status = "ROLLBACK_COMPLETE" if cs.change_set_type == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"; raise
    stack._parse_template(); stack.parameters = cs.parameters; stack.output_map = stack._create_output_map()   # stock: no Outputs, no exports, ever
    if cs.tags: stack.tags = cs.tags
    for e in stack.exports: self.exports[e.name] = e
def by_stack(f):                                # stock: change sets are looked up by name over all stacks
    def call(self):
        b, name, stack = self.cloudformation_backend, self._get_param("ChangeSetName"), self._get_param("StackName")
        hit = [i for i, c in b.change_sets.items() if i == name or c.change_set_name == name and stack in (c.stack_name, c.stack_id)]
        if not hit: raise type("N", (CfnError,), {"code": "ChangeSetNotFound"})(message=f"ChangeSet [{name}] does not exist")
        get = self._get_param; self._get_param = lambda k, *d: hit[0] if k == "ChangeSetName" else get(k, *d); return f(self)
    return call
R = cfr.CloudFormationResponse
for n in ("describe_change_set", "execute_change_set", "delete_change_set"): setattr(R, n, by_stack(getattr(R, n)))
R._validate_different_update = lambda self, p, body, stack: None if self._get_param("ChangeSetName") else cfr_validate(self, p, body, stack)
def cfr_validate(self, p, body, stack):
    if stack.has_template(body) and {x["ParameterKey"]: stack.parameters.get(x["ParameterKey"]) if x.get("UsePreviousValue") else x.get("ParameterValue") for x in p or []} == {k: str(v) for k, v in stack.parameters.items()}: raise CfnError(message="No updates are to be performed.")
cfm.Stack.parameter_list = property(lambda s: [{"ParameterKey": k, "ParameterValue": "****" if (s.template_dict.get("Parameters") or {}).get(k, {}).get("NoEcho") else ",".join(v) if isinstance(v, list) else str(v)} for k, v in s.resource_map.resolved_parameters.items()])
cfm.Stack.has_parameters = lambda s, other: {**{k: str(v) for k, v in s.resource_map.resolved_parameters.items()}, **{k: str(v) for k, v in other.items()}} == {k: str(v) for k, v in s.resource_map.resolved_parameters.items()}
@patch(Cfn, "delete_stack")
def delete_stack(old, self, name):              # stock: ignores termination protection; a failed delete loses the stack
    hit = next((s for s in self.stacks.values() if name in (s.name, s.stack_id)), None)
    if hit and hit.enable_termination_protection in (True, "true"): raise CfnError(message=f"Stack [{hit.name}] cannot be deleted while TerminationProtection is enabled")
    try: old(self, name)
    except Exception as e:
        hit.status = "DELETE_FAILED"; hit._add_stack_event("DELETE_FAILED", resource_status_reason=str(e)); self.stacks[hit.stack_id] = hit
def protect(self):
    s = self.cloudformation_backend.get_stack(self._get_param("StackName")); s.enable_termination_protection = self._get_bool_param("EnableTerminationProtection"); return ActionResult({"StackId": s.stack_id})
R.update_termination_protection = protect
def delete_rt(self, account, region):           # stock: a VPC with a route table cannot be deleted by its stack
    self._associations.clear(); self.ec2_backend.route_tables.pop(self.id, None)
route_tables.RouteTable.delete = delete_rt

@patch(security_groups.SecurityGroupRule, "__init__")
def rule(old, self, backend, protocol, group, from_port, to_port, *a, **k):   # stock: a protocol that has no ports cannot be allowed
    old(self, backend, protocol, group, -1 if from_port is None else from_port, -1 if to_port is None else to_port, *a, **k)

# ---- the server: one request at a time (stock: two winners in a race), unknown actions are a 400 (stock: a 500 HTML page)
from werkzeug.serving import run_simple
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
app = DomainDispatcherApplication(create_backend_app); lock = threading.Lock()
def serial(environ, start_response):
    with lock:
        tick(); got = []
        try: body = b"".join(app(environ, lambda s, h, e=None: got.append((s, h)))); status, headers = got[0]
        except Exception: status, headers, body = "500 x", [], b""; import traceback; traceback.print_exc()
        if status.startswith("500") and not body.startswith(b"<?xml"):
            status, body = "400 BAD REQUEST", b"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>moto: not implemented or crashed</Message></Error><RequestId>x</RequestId></ErrorResponse>"
            headers = [(k, v) for k, v in headers if k.lower() not in ("content-length", "content-type")] + [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
        start_response(status, headers); return [body]
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
run_simple("127.0.0.1", port, serial, threaded=True, request_handler=MotoRequestHandler)
