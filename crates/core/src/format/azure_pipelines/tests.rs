//! Pipelines, templates and the model that they become.

use super::FORMAT;
use crate::format::testing;
use crate::model::{Confidence, Unit};

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

fn lower(files: &[(&str, &str)]) -> Unit {
    testing::lower(&FORMAT, files)
}

/// The steps of one job.
#[track_caller]
fn steps(text: &str, expected: &str) {
    let expected: String = expected.trim().lines().map(|line| format!("  {line}\n")).collect();
    check(&format!("steps:\n{}", text.trim_start()), &format!("job steps\n{expected}"));
}

#[test]
fn stages_jobs_and_steps() {
    check(
        "
trigger: [main]
pool: {vmImage: ubuntu-latest}
variables:
  image: app
stages:
  - stage: build
    variables: [{name: tag, value: '$(image):1'}, {group: secrets}]
    jobs:
      - job: a
        variables: {docker.host: 'tcp://a:2375'}
        steps:
          - script: docker build -t $(tag) .
      - job:
        pool: own
        steps: [bash: docker info]
      - deployment: c
        environment: e
        strategy:
          runOnce:
            preDeploy: {steps: [script: docker login r]}
            deploy: {steps: [script: 'docker push $(tag)']}
            on: {failure: {steps: [script: docker logs x]}}
  - stage: two
    pool: {name: Azure Pipelines, vmImage: windows-2022}
    jobs: [{job: d}]
",
        "
job a Vm `ubuntu-latest`
  env IMAGE=app
  env TAG=app:1~Variable
  env DOCKER_HOST=tcp://a:2375
  $ docker build -t app:1~Variable~Variable .
job job
  env IMAGE=app
  env TAG=app:1~Variable
  $ docker info
job c Vm `ubuntu-latest`
  env IMAGE=app
  env TAG=app:1~Variable
  $ docker login r
  $ docker push app:1~Variable~Variable
  $ docker logs x
job d Vm `windows-2022`
  env IMAGE=app
",
    );
}

#[test]
fn pools() {
    check(
        "
parameters:
  - {name: pool, type: string, default: ubuntu-24.04, values: [ubuntu-24.04, windows-2022]}
  - {name: own, type: string, default: ubuntu-24.04, values: [mine]}
pr: none
jobs:
  - {job: a, pool: {vmImage: Ubuntu-Latest}}
  - {job: b, pool: {name: big, demands: docker}}
  - {job: c, pool: big}
  - {job: d, pool: {vmImage: '$(os)'}, strategy: {matrix: {one: {os: ubuntu-22.04}, two: {os: macOS-14}}}}
  - {job: e, pool: {vmImage: '$(os)'}, strategy: {matrix: {one: {os: ubuntu-22.04}, two: {os: mine}}}}
  - {job: f, pool: {vmImage: '${{ parameters.pool }}'}}
  - {job: g, pool: {vmImage: '${{ parameters.own }}'}}
  - {job: h, pool: {vmImage: '$(unknown)'}}
  - job: i
    pool:
      ${{ if eq(variables['a'], 'b') }}:
        vmImage: ubuntu-latest
      ${{ else }}:
        name: mine
  - {job: j}
",
        "
Pushers `pr: none`
job a Vm `Ubuntu-Latest`
job b
job c
job d Vm `$(os)`
  env OS=ubuntu-22.04|macOS-14~Matrix
job e
  env OS=ubuntu-22.04|mine~Matrix
job f Vm `${{ parameters.pool }}`
job g
job h
job i
job j
",
    );
}

#[test]
fn containers() {
    check(
        "
resources:
  containers:
    - container: tools
      image: docker:27
      options: --privileged --cap-add SYS_ADMIN
      volumes: ['/:/host']
      env: {A: b}
    - {container: db, image: postgres:16, ports: ['5432:5432']}
    - {container: asked, image: alpine, mapDockerSocket: true}
    - {container: acr, type: ACR, registry: r, repository: team/app}
jobs:
  - job: a
    container: tools
    services: {postgres: db, dind: {image: 'docker:dind', options: --privileged}}
    steps: [script: docker info]
  - {job: b, container: 'ubuntu:24.04'}
  - {job: c, container: {image: alpine, mapDockerSocket: false}}
  - {job: d, container: asked}
  - {job: e, container: \"$[variables['c']]\", strategy: {matrix: {x: {c: tools}, y: {c: db}}}}
  - {job: f, container: acr}
  - {job: g, container: ''}
",
        "
job a
  Job docker:27
    privileged `--privileged`
    mount / at /host `/:/host`
    capability SYS_ADMIN
    env A=b
  Service postgres:16
    port 5432:5432
  Service docker:dind
    privileged `--privileged`
  $ docker info
job b
  Job ubuntu:24.04
job c
  Job alpine
job d
  Job alpine
    api socket `mapDockerSocket: true`
job e
  env C=tools|db~Matrix
  Job docker:27
    privileged `--privileged`
    mount / at /host `/:/host`
    capability SYS_ADMIN
    env A=b
job f
  Job team/app
job g
",
    );
}

#[test]
fn the_socket_of_container_jobs() {
    #[track_caller]
    fn check(job: &str, expected: Option<Confidence>) {
        let unit = lower(&[("a.yml", &format!("jobs:\n- {{job: a, {job}}}\n"))]);
        let socket = unit.jobs[0].containers[0].api_socket;
        assert_eq!(socket.map(|socket| socket.confidence), expected, "{job}");
    }
    check("container: alpine", Some(Confidence::Possible));
    check("pool: own, container: alpine", Some(Confidence::Possible));
    check("pool: {vmImage: ubuntu-latest}, container: alpine", None);
    check("container: {image: alpine, mapDockerSocket: false}", None);
    check("container: {image: alpine, mapDockerSocket: true}", Some(Confidence::Declared));
    check("services: {db: postgres}", None);
    check("steps: [{script: docker info, target: alpine}]", Some(Confidence::Implied));
    check("steps: [{script: ls, target: {container: alpine}}]", Some(Confidence::Possible));
}

#[test]
fn targets() {
    steps(
        "
- script: docker info
  target: tools
- script: docker ps
  target: {container: tools}
- script: docker images
  target: host
",
        "
Step tools
$0 docker info
$0 docker ps
$ docker images
",
    );
}

#[test]
fn scripts() {
    steps(
        "
- script: |
    docker login -u x -p $(password) $(registry)
    docker run -v $(pwd):/src $(docker ps -q)
  env: {DOCKER_HOST: 'tcp://a:2375'}
- pwsh: |
    docker build `
      --tag a `
      .
- task: Bash@3
  inputs: {targetType: inline, script: docker tag a b}
- task: CmdLine@2
  inputs: {script: docker push b}
- task: AzureCLI@2
  inputs: {scriptType: bash, scriptLocation: inlineScript, inlineScript: docker rmi a}
- task: PowerShell@2
  inputs: {targetType: inline, script: docker version}
- task: SSH@0
  inputs: {runOptions: inline, inline: docker stop a}
- task: Bash@3
  inputs: {filePath: docker.sh}
- bash: docker run --privileged alpine
  condition: always()
",
        "
$ docker login -u x -p $(password)? $(registry)? [env DOCKER_HOST=tcp://a:2375]
$ docker ps -q [env DOCKER_HOST=tcp://a:2375]
$ docker run -v $(pwd):/src? $(docker ps -q)? [env DOCKER_HOST=tcp://a:2375]
$ docker build --tag a .
$ docker tag a b
$ docker push b
$ docker rmi a
$ docker version
$elsewhere docker stop a
$ docker run --privileged alpine
",
    );
}

#[test]
fn tasks() {
    steps(
        "
- task: Docker@2
  inputs: {containerRegistry: acr, repository: app, Dockerfile: a/Dockerfile, tags: \"1\\n2\"}
- task: Docker@2
  inputs: {command: build, repository: app, buildContext: ., arguments: '--build-arg A=b --no-cache'}
- task: Docker@2
  displayName: Log in.
  inputs: {command: login, containerRegistry: acr}
- task: Docker@2.1.0
  inputs: {command: push, repository: $(repo), tags: latest}
- task: Docker@2
  inputs: {command: run, arguments: -v /var/run/docker.sock:/s alpine}
- task: Docker@1
  inputs: {command: Run an image, imageName: alpine, volumes: '/:/host', containerCommand: ls -l}
- task: Docker@0
  inputs: {action: Run a Docker command, customCommand: rmi -f a}
- task: Docker@0
  inputs: {imageName: a, dockerHostEndpoint: far}
- task: DockerCompose@1
  inputs: {action: Run services, dockerComposeFile: c.yml}
- task: DockerCompose@0
  inputs: {dockerComposeCommand: down -v}
- task: DockerInstaller@0
",
        "
$ docker build --file a/Dockerfile --tag app:1 --tag app:2 .
$ docker push app:1
$ docker push app:2
$ docker build --build-arg A=b --no-cache --tag app .
$ docker login --password-stdin
$ docker push $(repo):latest?
$ docker run -v /var/run/docker.sock:/s alpine
$ docker run --volume /:/host alpine ls -l
$ docker rmi -f a
$ docker --context far build --tag a .
$ docker compose --file c.yml up --detach
$ docker compose down -v
",
    );
}

#[test]
fn conditions_and_loops() {
    check(
        "
parameters:
  - {name: archs, type: object, default: [amd64, arm64]}
  - {name: push, type: boolean, default: false}
jobs:
  - ${{ each arch in parameters.archs }}:
    - job: build_${{ arch }}
      variables:
        ${{ if eq(arch, 'amd64') }}:
          flags: --pull
        ${{ else }}:
          flags: --no-cache
      steps:
        - script: docker build --platform ${{ arch }} .
        - ${{ if parameters.push }}:
          - script: docker push a
        - ${{ else }}:
          - script: docker save a
  - ${{ if parameters.push }}:
    - job: b
      ${{ if eq(1, 1) }}:
        steps: [script: docker info]
",
        "
job build_${{ arch }}
  env FLAGS=--pull|--no-cache
  $ docker build --platform ${{ arch }}? .
  $ docker push a
  $ docker save a
job b
  $ docker info
",
    );
}

#[test]
fn templates_of_steps_and_jobs() {
    check(
        "
parameters:
  image: app
  tool: docker
steps:
  - bash: ${{ parameters.tool }} build -t ${{ parameters.image }} .
",
        "
job steps
  $ docker?~Default~Default build -t app?~Default~Default .
",
    );
    check(
        "
parameters:
  - {name: before, type: stepList, default: [script: docker info]}
jobs:
  - job: a
    steps:
      - ${{ parameters.before }}
      - template: missing.yml
      - template: there.yml@other
",
        "
job a
  $ docker info
",
    );
}

#[test]
fn templates_are_followed() {
    #[track_caller]
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let unit = lower(files);
        let words = |job: &crate::model::Job| -> Vec<String> {
            let line = |command: &crate::model::Command| {
                command.words.iter().map(crate::model::Value::as_str).collect::<Vec<_>>().join(" ")
            };
            job.commands.iter().map(|command| format!("{}: {}", job.name, line(command))).collect()
        };
        assert_eq!(unit.jobs.iter().flat_map(words).collect::<Vec<_>>(), expected);
    }
    let steps = "
parameters:
  - {name: image, type: string}
  - {name: after, type: stepList, default: []}
steps:
  - script: docker build -t ${{ parameters.image }} .
  - ${{ each step in parameters.after }}:
    - ${{ step }}
  - ${{ parameters.after }}
";
    let jobs = "
parameters: {image: ''}
jobs:
  - job: a
    steps:
      - template: steps.yml
        parameters:
          image: ${{ parameters.image }}:1
          after: [script: docker push x]
";
    check(
        &[
            ("azure-pipelines.yml", "jobs:\n- template: ci/jobs.yml\n  parameters: {image: app}\n"),
            ("ci/jobs.yml", jobs),
            ("ci/steps.yml", steps),
        ],
        &["a: docker build -t app:1 .", "a: docker push x"],
    );
    check(
        &[
            (
                "azure-pipelines.yml",
                "extends:\n  template: /ci/base.yml@self\n  parameters: {do: [script: docker ps]}\n",
            ),
            ("ci/base.yml", "parameters: [{name: do, type: stepList}]\nsteps: ['${{ parameters.do }}']\n"),
        ],
        &["steps: docker ps"],
    );
    check(
        &[
            ("a.yml", "variables: [template: v.yml]\nsteps: [script: docker pull $(image)]\n"),
            ("v.yml", "variables: {image: alpine}\n"),
        ],
        &["steps: docker pull alpine"],
    );
    // Templates that use each other.
    check(
        &[
            ("a.yml", "steps: [{template: b.yml}, {script: docker info}]\n"),
            ("b.yml", "steps: [{template: a.yml}, {template: b.yml}]\n"),
        ],
        &["steps: docker info"; 9],
    );
}

#[test]
fn recognised() {
    let check = |path, text, score| testing::recognised(&FORMAT, path, text, score);
    check("azure-pipelines.yml", "", 100);
    check("ci/azure-pipelines-pr.yaml", "", 100);
    check("a.yml", "pool:\n  vmImage: ubuntu-latest\nsteps:\n- script: a\n", 98);
    check("a.yml", "parameters:\n- name: a\nsteps:\n- bash: a\n  displayName: b\n", 60);
    check("a.yml", "steps:\n- task: Docker@2\n  displayName: a\n", 65);
    check("a.yml", "on: push\njobs:\n  a:\n    steps:\n", 0);
    check("a.yml", "kind: pipeline\nsteps:\n", 0);
    check("a.yml", "version: 2\njobs:\n", 0);
}

#[test]
fn hostile_pipelines_end() {
    // Templates that use the next one ten times each.
    let texts: Vec<(String, String)> = (0..12)
        .map(|at| {
            let uses = format!("- template: {}.yml\n", at + 1).repeat(10);
            (format!("{at}.yml"), format!("steps:\n{uses}- script: docker ps\n"))
        })
        .collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (&**path, &**text)).collect();
    let unit = lower(&files);
    assert!(unit.jobs[0].commands.len() < 50_000);
    assert_eq!(unit.errors.len(), 1, "what is left out is told");
    // Expressions and conditions without an end.
    lower(&[("a.yml", &format!("steps:\n- script: '{}'\n", "${{ $( $[ ".repeat(50_000)))]);
    lower(&[("a.yml", &format!("steps:\n{}", "- ${{ if a }}:\n".repeat(50_000)))]);
    let nested: String = (0..500).map(|depth| format!("{:depth$}- ${{{{ if a }}}}:\n", "")).collect();
    lower(&[("a.yml", &format!("steps:\n{nested}"))]);
    // Variables of the file in each of many jobs.
    let variables: String = (0..5_000).map(|at| format!("  v{at}: a\n")).collect();
    let jobs = "- {job: a, steps: [script: docker ps]}\n".repeat(5_000);
    assert_eq!(lower(&[("a.yml", &format!("variables:\n{variables}jobs:\n{jobs}"))]).jobs.len(), 5_000);
}
