//! Kubernetes' objects and the model that they become.

use super::{FORMAT, inline};
use crate::File;
use crate::format::{detect, testing};
use crate::model::Job;
use crate::source::{FileId, Span, Text};

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn pod() {
    check(
        r#"
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations:
    container.apparmor.security.beta.kubernetes.io/c: unconfined
spec:
  hostPID: true
  hostIPC: false
  hostUsers: false
  runtimeClassName: gvisor
  securityContext: {runAsUser: 0, seccompProfile: {type: Unconfined}}
  volumes:
    - {name: run, hostPath: {path: /var/run, type: Directory}}
    - {name: tmp, emptyDir: {}}
    - {name: left, hostPath: {path: /}}
  initContainers:
    - {name: i, image: docker:dind, restartPolicy: Always, args: [dockerd, --host=unix:///x]}
  containers:
    - name: c
      image: alpine
      env: [{name: A, value: b}, {name: B, value: $(A)c}, {name: C}, {name: D, valueFrom: {secretKeyRef: {name: s, key: k}}}]
      command: [sh, -c]
      args: ["docker ps; echo $(B) $(Z)"]
      securityContext:
        privileged: true
        runAsUser: 1
        procMount: Unmasked
        capabilities: {add: [SYS_ADMIN], drop: [ALL]}
      ports: [{containerPort: 1, hostPort: 2, hostIP: 127.0.0.1}, {containerPort: 3}]
      volumeMounts:
        - {name: run, mountPath: /s, subPath: docker.sock, readOnly: true}
        - {name: tmp, mountPath: /var/run/docker.sock}
"#,
        r#"
workload a
  Workload docker:dind
    user namespace
    mount / at - declared `path: /`
    host Pid `hostPID: true`
    security seccomp=unconfined
    runtime gvisor
    user 0
    command dockerd --host=unix:///x
  Workload alpine
    user namespace
    privileged `privileged: true`
    mount /var/run/docker.sock at /s ro `path: /var/run`
    mount tmp at /var/run/docker.sock `mountPath: /var/run/docker.sock`
    host Pid `hostPID: true`
    capability SYS_ADMIN
    security seccomp=unconfined systempaths=unconfined apparmor=unconfined
    port 127.0.0.1:2:1
    runtime gvisor
    user 1
    command sh -c docker ps; echo bc $(Z)
    env A=b
    env B=bc
    env C=
    env D=?
  $0 dockerd --host=unix:///x
  $1 docker ps
  $1 Z
  $1 echo bc $(Z)?
"#,
    );
}

#[test]
fn a_pod_in_a_string_keeps_its_places() {
    let file = "x = '''\n  spec:\n    containers:\n    - name: \"a\tb\"\n      image: docker:dind\n      securityContext:\n        privileged: true\n'''";
    let start = file.find("\n").expect("a line");
    let text = Text::verbatim(FileId(0), start, file.get(start..file.len() - 3).expect("a string"));
    let mut job = Job::default();
    inline(&text, &mut job);
    let container = job.containers.first().expect("a container");
    let quote = |span: Span| file.get(span.range()).expect("a place");
    assert_eq!(container.names, ["a\tb"]);
    assert_eq!(quote(container.image.as_ref().expect("an image").span), "docker:dind");
    assert_eq!(quote(container.privileged.expect("privilege")), "privileged: true");
    inline(&Text::verbatim(FileId(0), start, "a: [\n"), &mut job);
    assert_eq!(job.errors.len(), 1);
    assert!(job.errors.iter().all(|error| error.span.start as usize >= start));
}

#[track_caller]
fn judge(text: &str, expected: &str) {
    testing::judge(&FORMAT, text, expected);
}

#[test]
fn a_runner_with_a_daemon_beside_it() {
    // As the actions-runner-controller writes it out: the socket lies in a volume of the pod.
    judge(
        r#"apiVersion: actions.github.com/v1alpha1
kind: AutoscalingRunnerSet
metadata: {name: arc}
spec:
  template:
    spec:
      initContainers:
        - name: dind
          image: docker:28.1.1-dind
          restartPolicy: Always
          args: [dockerd, "--host=unix:///run/docker/docker.sock"]
          env: [{name: DOCKER_TLS_CERTDIR, value: ""}]
          securityContext: {privileged: true}
          volumeMounts: [{name: sock, mountPath: /run/docker}, {name: state, mountPath: /var/lib/docker}]
      containers:
        - name: runner
          image: ghcr.io/actions/actions-runner:2.323.0
          command: [/home/runner/run.sh]
          env: [{name: DOCKER_HOST, value: "unix:///run/docker/docker.sock"}]
          volumeMounts: [{name: sock, mountPath: /run/docker}]
      volumes: [{name: sock, emptyDir: {}}, {name: state, emptyDir: {}}]
"#,
        "
arc: NestedDaemon High
nested-daemon 9
privileged-container 13
",
    );
}

#[test]
fn a_daemon_in_a_user_namespace() {
    let pod = |line: &str| {
        format!(
            "kind: Pod
metadata: {{name: a}}
spec:
  {line}
  containers:
    - {{name: dind, image: docker:28.1.1-dind, securityContext: {{privileged: true}}}}
    - {{name: c, image: docker:28.1.1-cli, env: [{{name: DOCKER_HOST, value: tcp://localhost:2376}}], args: [docker, ps]}}
"
        )
    };
    let expected = |risk: &str| format!("a: NestedDaemon {risk}\nnested-daemon 6\nprivileged-container 6");
    judge(&pod("hostUsers: true"), &expected("High"));
    judge(&pod("hostUsers: false"), &expected("Medium"));
    judge(&pod("runtimeClassName: kata-qemu"), &expected("Medium"));
    judge(
        &(pod("runtimeClassName: fast")
            + "---\nkind: RuntimeClass\nmetadata: {name: fast}\nhandler: runsc\n"),
        &expected("Medium"),
    );
}

#[test]
fn sockets_and_what_looks_like_them() {
    let pod = |volume: &str, mount: &str| {
        format!(
            "kind: CronJob
metadata: {{name: a}}
spec:
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: c
              image: alpine
              volumeMounts:
                - {{name: v, {mount}}}
          volumes:
            - name: v
              {volume}
"
        )
    };
    let socket = "a: HostSocket Critical\nhost-socket 15";
    judge(&pod("hostPath: {path: /var/run/docker.sock}", "mountPath: /s, readOnly: true"), socket);
    judge(&pod("hostPath: {path: /run/crio, type: Directory}", "mountPath: /s"), socket);
    judge(&pod("hostPath: {path: /var/run}", "mountPath: /s, subPath: docker.sock"), socket);
    judge(&pod("hostPath: {path: /var/run}", "mountPath: /s, subPath: app"), "a: None None");
    judge(&pod("emptyDir: {}", "mountPath: /var/run/docker.sock"), "a: None None");
    judge(&pod("hostPath: {path: /dev/sda}", "mountPath: /dev/sda"), "a: None High\nraw-device 15");
    judge(&pod("hostPath: {path: /}", "mountPath: /h"), "a: HostSocket Critical\nhost-root-mount 15");
    let claim = "persistentVolumeClaim: {claimName: p}";
    let volume = "---
kind: PersistentVolume
metadata: {name: pv}
spec: {claimRef: {name: p}, hostPath: {path: /run/docker.sock}}
";
    judge(&(pod(claim, "mountPath: /s") + volume), "a: HostSocket Critical\nhost-socket 19");
    judge(&pod(claim, "mountPath: /s"), "a: None None");
    // Handed to the pod, and mounted by nothing in it.
    judge(
        "kind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c, image: a}]\n  volumes:\n  - {name: v, hostPath: {path: /run/docker.sock}}\n",
        "a: None None\nhost-socket 6-",
    );
}

#[test]
fn disks_of_the_node() {
    judge(
        "kind: Pod
metadata: {name: a}
spec:
  containers: [{name: c, image: a, volumeDevices: [{name: v, devicePath: /dev/xvda}, {name: w, devicePath: /dev/sdb}]}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: p}}, {name: w, persistentVolumeClaim: {claimName: q}}]
---
kind: PersistentVolumeClaim
metadata: {name: p}
spec: {volumeMode: Block, volumeName: disk}
---
kind: PersistentVolume
metadata: {name: disk}
spec: {volumeMode: Block, local: {path: /dev/nvme1n1}}
",
        "a: None High\nraw-device 13",
    );
}

#[test]
fn daemons_behind_services() {
    judge(
        "kind: List
items:
- kind: Deployment
  metadata: {name: engine}
  spec:
    template:
      metadata: {labels: {app: engine, tier: ci}}
      spec:
        containers:
        - {name: log, image: fluentd}
        - {name: dind, image: docker:28.1.1-dind, securityContext: {privileged: true}}
- kind: Service
  metadata: {name: builds, namespace: ci}
  spec: {type: NodePort, selector: {app: engine}, ports: [{port: 80, targetPort: 2375}]}
- kind: Service
  metadata: {name: other}
  spec: {type: NodePort, selector: {app: other}, ports: [{port: 2375}]}
- kind: Job
  metadata: {name: build}
  spec:
    template:
      spec:
        containers:
        - {name: c, image: a, envFrom: [{configMapRef: {name: env}}], command: [docker, build, .]}
- kind: ConfigMap
  metadata: {name: env}
  data: {DOCKER_HOST: tcp://builds.ci.svc:2375}
",
        "
engine: NestedDaemon High
build: NestedDaemon High
nested-daemon 11
privileged-container 11
unencrypted-daemon 14 27
exposed-daemon 14
",
    );
}

#[test]
fn what_a_container_runs() {
    let pod = |container: &str| {
        format!("kind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - {container}\n")
    };
    let kaniko = "{image: \"ghcr.io/osscontainertools/kaniko:v1.25.1\", args: [--destination=r/a]}";
    judge(&pod(kaniko), "a: Daemonless Low");
    judge(&pod("{image: \"docker:28\", command: [docker, build, .]}"), "a: AmbientDaemon Medium");
    judge(&pod("{image: \"docker:28\", command: [sleep, infinity]}"), "a: None None");
    judge(&pod("{image: \"docker:28\", args: [--mtu=1400]}"), "a: NestedDaemon High\nnested-daemon 5");
    judge(&pod("{image: \"docker:28-dind\", args: [sleep, infinity]}"), "a: None None");
    judge(
        &pod("{image: \"me/ubuntu-dind:1\", args: [sleep, infinity]}"),
        "a: NestedDaemon High\nnested-daemon 5",
    );
    judge(&pod("{image: \"me/ubuntu-dind:1\", command: [sleep, infinity]}"), "a: None None");
    judge(
        &pod("{image: a, command: [sh, -c, \"dockerd & docker build .\"]}"),
        "a: NestedDaemon High\nnested-daemon 5",
    );
    judge(
        &pod(
            "{image: \"docker:28-dind\", livenessProbe: {exec: {command: [docker, -H, \"tcp://localhost:2375\", info]}}}",
        ),
        "a: NestedDaemon High\nnested-daemon 5\nunencrypted-daemon 5",
    );
    judge(&pod("{image: a, lifecycle: {preStop: {httpGet: {path: /var/run/docker.sock}}}}"), "a: None None");
    // A name is no evidence.
    judge(&pod("{name: docker-dind, image: a}"), "a: None None");
}

#[test]
fn a_template_of_a_chart() {
    judge(
        r#"{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "x.fullname" . }}
  labels:
    {{- include "x.labels" . | nindent 4 }}
spec:
  template:
    spec:
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      hostNetwork: {{ .Values.hostNetwork }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default "28-dind" }}"
          securityContext:
            privileged: {{ .Values.privileged }}
          {{- if .Values.extra }}
          args: [{{ .Values.a }}, "-H", tcp://0.0.0.0:2375]
          {{- else }}
          args: []
          {{- end }}
        - name: engine
          image: {{ .Values.dind.image | quote }}
          securityContext:
            privileged: true
          volumeMounts:
            - name: sock
              mountPath: /sock
      volumes:
        - name: sock
          hostPath:
            path: {{ .Values.socket | default "/var/run/docker.sock" }}
{{- end }}
"#,
        "
$.include: HostSocket Critical
host-socket 36
nested-daemon 18 27
privileged-container 29
",
    );
}

#[test]
fn values_of_a_chart_that_splits_its_image() {
    judge(
        r#"image: {registry: docker.io, repository: drone/drone-runner-docker, tag: 1.8.1}
extraVolumes:
  - name: storage
    emptyDir: {}
dind:
  registry: docker.io
  repository: docker
  tag: 20-dind
  command: [dockerd]
  commandArgs: ["--host", "tcp://localhost:2375"]
  securityContext:
    privileged: true
gc: {enabled: true, repository: drone/gc, tag: 1.0.0}
nodeSelector: {}
tolerations: []
env:
  DOCKER_HOST: tcp://localhost:2375
"#,
        "
image: NestedDaemon High
nested-daemon 8
privileged-container 12
unencrypted-daemon 10 17
",
    );
}

#[test]
fn values_of_a_runner_chart() {
    judge(
        r#"githubConfigUrl: https://github.com/me
runnerScaleSetName: builds
containerMode:
  type: "dind"
template:
  spec:
    containers:
      - {name: runner, image: "ghcr.io/actions/actions-runner:2.323.0", command: [/home/runner/run.sh]}
"#,
        "builds: NestedDaemon High\nnested-daemon 4\nfloating-daemon-tag 4-",
    );
    judge(
        "githubConfigUrl: https://github.com/me\ncontainerMode:\n  type: kubernetes\ntemplate:\n  spec:\n    containers: [{name: runner, image: a}]\n",
        "githubConfigUrl: None None",
    );
    // As a part of another chart, as a release of Flux's, and as a text in one of Argo CD's.
    judge(
        "arc:\n  containerMode: {type: dind}\n",
        "arc: NestedDaemon High\nnested-daemon 2\nfloating-daemon-tag 2-",
    );
    judge("runner:\n  mode: dind\n", "runner: NestedDaemon High\nnested-daemon 2\nfloating-daemon-tag 2-");
    judge(
        "runner: {mode: kubernetes, dind: {image: \"docker:29.7.2-dind\"}}\nimage: a\n",
        "runner: None None",
    );
    judge("dind: {enabled: false, image: \"docker:29.7.2-dind\"}\nimage: a\n", "dind: None None");
    judge(
        "kind: HelmRelease\nmetadata: {name: a}\nspec:\n  values:\n    containerMode: {type: dind}\n",
        "a: NestedDaemon High\nnested-daemon 5\nfloating-daemon-tag 5-",
    );
    judge(
        "kind: Application\nmetadata: {name: a}\nspec:\n  source:\n    helm:\n      values: |\n        containerMode:\n          type: dind\n",
        "a: NestedDaemon High\nnested-daemon 8\nfloating-daemon-tag 8-",
    );
}

#[test]
fn runners_of_the_first_controller() {
    let runner = |kind: &str, lines: &str| {
        format!(
            "apiVersion: actions.summerwind.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n{lines}"
        )
    };
    judge(
        &runner(
            "RunnerSet",
            "  dockerdWithinRunnerContainer: ${IN_RUNNER}\n  template: {spec: {containers: [{name: runner}]}}\n",
        ),
        "a: NestedDaemon High\nnested-daemon 5",
    );
    judge(
        &runner(
            "RunnerDeployment",
            "  template:\n    spec:\n      image: me/runner\n      dockerdWithinRunnerContainer: true\n",
        ),
        "a: NestedDaemon High\nnested-daemon 8",
    );
    judge(&runner("RunnerDeployment", "  template: {spec: {dockerEnabled: false}}\n"), "a: None None");
    // Unless it is switched off, there is one.
    judge(
        &runner(
            "RunnerDeployment",
            "  template: {spec: {image: me/runner, dockerImage: \"docker:28.1.1-dind\"}}\n",
        ),
        "a: NestedDaemon High\nnested-daemon 5",
    );
}

#[test]
fn what_is_recognised() {
    let check = |path: &str, text: &str, expected: &str| {
        let file = File { path: path.to_owned(), text: text.to_owned(), format: None };
        let format = detect(&file).format.map_or("unknown", |format| format.id);
        assert_eq!(format, expected, "{path}: {text}");
    };
    check("a.yaml", "apiVersion: v1\nkind: Pod\n", "kubernetes");
    check("a.json", "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\"\n}", "kubernetes");
    check("a.yaml", "# a\n---\napiVersion: tekton.dev/v1\nkind: Task\n", "tekton");
    check(
        "a.yaml",
        "apiVersion: v1\nkind: Secret\n---\napiVersion: \"tekton.dev/v1beta1\" # b\nkind: Task\n",
        "tekton",
    );
    check("a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\n", "unknown");
    check("a.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\n", "kubernetes");
    check("skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\n", "unknown");
    check(
        "Jenkinsfile",
        "pipeline {\n agent { kubernetes { yaml '''\napiVersion: v1\nkind: Pod\n''' } } }\n",
        "jenkinsfile",
    );
    check("t.yaml", "{{- if .a }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", "kubernetes");
    check("values.yaml", "image: {repository: a}\n", "kubernetes");
    check("values-prod.yml", "nodeSelector: {}\n", "kubernetes");
    check("arc.yaml", "githubConfigUrl: https://github.com/me\n", "kubernetes");
    check("values.yaml", "greeting: hello\n", "unknown");
    check(".gitlab-ci.yml", "image: docker:dind\nresources: {}\n", "gitlab-ci");
    check("drone.yml", "kind: pipeline\ntype: docker\nname: a\n", "unknown");
}
