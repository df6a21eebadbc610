//! Workflows and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

/// The steps of one job.
#[track_caller]
fn steps(text: &str, expected: &str) {
    let indented: String = text.trim().lines().map(|line| format!("      {line}\n")).collect();
    let workflow = format!("jobs:\n  a:\n    steps:\n{indented}");
    let expected: String = expected.trim().lines().map(|line| format!("  {line}\n")).collect();
    check(&workflow, &format!("job a\n{expected}"));
}

#[test]
fn containers() {
    check(
        "
jobs:
  a:
    container:
      image: docker://alpine
      env: {A: b}
      ports: [80]
      volumes:
        - /var/run/docker.sock:/var/run/docker.sock
      options: --privileged --cap-add 'SYS_ADMIN' -v /:/host
    services:
      dind:
        image: docker:dind
        options: >-
          --privileged
          --network-alias docker
  b: {container: alpine}
  c: {container: ''}
  d: {uses: ./other.yml}
",
        "
job a
  Job alpine
    privileged `--privileged`
    mount /var/run/docker.sock at /var/run/docker.sock `/var/run/docker.sock:/var/run/docker.sock`
    mount / at /host `-v /:/host`
    capability SYS_ADMIN
    port 80
    env A=b
  Service docker:dind
    names dind docker
    privileged `--privileged`
job b
  Job alpine
job c
job d
",
    );
}

#[test]
fn triggers() {
    #[track_caller]
    fn on(triggers: &str, expected: &str) {
        check(&format!("{triggers}\njobs: {{}}\n"), expected);
    }
    on("on: push", "Pushers `push`");
    on("on: [push, pull_request]", "Strangers `pull_request`");
    on("on:\n  push:\n  issue_comment: {types: [created]}", "Strangers `issue_comment`");
    on(
        "'on': {workflow_dispatch: , schedule: [{cron: '0 0 * * *'}]}",
        "Pushers `workflow_dispatch` `schedule`",
    );
    on("true: workflow_run", "Strangers `workflow_run`");
    on("on: workflow_call", "");
    on("on: [workflow_call, push]", "Pushers `push`");
    on("", "");
}

#[test]
fn hosts() {
    check(
        "
on: {workflow_dispatch: {inputs: {os: {default: ubuntu-24.04}}}}
jobs:
  a: {runs-on: ubuntu-latest}
  b: {runs-on: [self-hosted, linux]}
  c: {runs-on: {group: big, labels: ubuntu-latest}}
  d: {runs-on: {labels: [windows-2022]}}
  e: {runs-on: ubuntu-slim}
  f: {runs-on: '${{ matrix.os }}', strategy: {matrix: {os: [macos-14, ubuntu-22.04]}}}
  g: {runs-on: '${{ matrix.os }}', strategy: {matrix: {os: [macos-14, mine]}}}
  h: {runs-on: '${{ inputs.os }}'}
  i: {runs-on: '${{ vars.os }}'}
  j: {runs-on: \"${{ github.repository == 'a/b' && 'mine' || 'ubuntu-latest' }}\"}
  k: {runs-on: \"${{ github.ref == 'a' && 'ubuntu-22.04' || 'ubuntu-latest' }}\"}
  l: {}
",
        "
Pushers `workflow_dispatch`
job a Vm `ubuntu-latest`
job b
job c
job d Vm `windows-2022`
job e
job f Vm `${{ matrix.os }}`
job g
job h Vm `${{ inputs.os }}`
job i
job j
job k Vm `${{ github.ref == 'a' && 'ubuntu-22.04' || 'ubuntu-latest' }}`
job l
",
    );
}

#[test]
fn environments() {
    check(
        "
on: push
env: {A: workflow, B: workflow}
jobs:
  a:
    env:
      B: job
      C: '${{ env.A }}-${{ secrets.X }}'
    steps:
      - run: docker pull $B:${{ env.D }}
        env: {D: step, DOCKER_HOST: 'tcp://a:2375'}
      - run: docker pull ${{ env.D }}
      - run: |
          export DOCKER_HOST=tcp://b:2375
          docker info
        env: {DOCKER_HOST: 'tcp://a:2375', DOCKER_TLS_VERIFY: ''}
",
        "
Pushers `push`
job a
  env A=workflow
  env B=job
  env C=workflow-${{ secrets.X }}?~Variable
  $ docker pull job:step~Variable~Variable [env DOCKER_HOST=tcp://a:2375]
  $ docker pull ${{ env.D }}?
  $ export DOCKER_HOST=tcp://b:2375 [env DOCKER_HOST=tcp://a:2375] [env DOCKER_TLS_VERIFY=]
  $ docker info [env DOCKER_TLS_VERIFY=] [env DOCKER_HOST=tcp://b:2375]
",
    );
}

#[test]
fn matrices() {
    check(
        "
jobs:
  a:
    strategy:
      matrix:
        v: [1, 2]
        x: [a, b]
        exclude: [{v: 2, x: b}]
        include: [{v: 1, y: one}, {v: 3, x: c}, {z: all}]
    container: i:${{ matrix.v }}-${{ matrix.x }}
    env: {Y: '${{ matrix.y }}', Z: '${{ matrix.z }}'}
    steps:
      - run: docker build -t ${{ matrix.v }} '${{ matrix.x }}'
  b:
    strategy: {matrix: {include: [{runs: {build: 'docker build a && docker push b'}}, {runs: {build: docker info}}]}}
    steps:
      - run: |
          echo ${{ matrix.runs.name }}
          ${{ matrix.runs.build }}
  c:
    strategy: {matrix: '${{ fromJSON(x) }}'}
    container: ${{ matrix.x }}
    steps:
      - run: docker run ${{ matrix.x || 'alpine' }} ${{ format('{0}}}', a) }}
",
        "
job a
  env Y=one|~Matrix
  env Z=all|~Matrix
  Job i:1-a|i:1-b|i:2-a|i:3-c~Matrix~Matrix
  $ docker build -t 1|2|3~Matrix a|b|c~Matrix
job b
  $ echo ~Matrix
  $ docker build a
  $ docker push b
  $ docker info
job c
  Job ${{ matrix.x }}?
  $ docker run alpine? ${{ format('{0}}}', a) }}?
",
    );
}

#[test]
fn shells() {
    steps(
        "
- run: docker info
  shell: bash -e {0}
- run: docker version
  shell: pwsh
- run: docker = 1
  shell: python
",
        "
$ docker info
$ docker version
",
    );
    check(
        "
defaults: {run: {shell: python}}
jobs:
  a:
    steps: [{run: docker info}]
  b:
    defaults: {run: {shell: sh}}
    steps: [{run: docker info}]
",
        "
job a
job b
  $ docker info
",
    );
}

#[test]
fn step_containers() {
    steps(
        "
- uses: docker://docker:24
  env: {A: b}
  with:
    entrypoint: /bin/sh
    args: -c \"docker info\"
- uses: docker://alpine
",
        "
Step docker:24
  command /bin/sh -c docker info
  env A=b
Step alpine
$0 docker info
",
    );
}

#[test]
fn building() {
    steps(
        "
- uses: docker/build-push-action@v6
- uses: docker/build-push-action@v6
  with:
    context: ./dir
    file: Dockerfile.x
    push: true
    load: false
    no-cache: ${{ github.ref == 'x' }}
    platforms: linux/amd64, linux/arm64
    tags: |
      a/b:latest
      a/b:${{ github.sha }},a/c
    build-args: |
      # text
      A=b,c
    cache-to: type=gha,mode=max
    secrets: id=${{ secrets.X }}
    secret-files: f=./f
    labels: ${{ steps.meta.outputs.labels }}
- uses: https://github.com/docker/setup-buildx-action@v3
- uses: docker/setup-buildx-action@v3
  with:
    driver: remote
    endpoint: tcp://b:1234
    driver-opts: |
      network=host
      rootless=true
- uses: docker/bake-action@v5
  with: {files: 'a.hcl,b.hcl', targets: all, push: true, set: '*.platform=x'}
- uses: docker/setup-qemu-action@v3
",
        "
needs MultiPlatform `docker/setup-qemu-action@v3`
$ docker buildx build .
$ docker buildx build --build-arg A=b,c --cache-to type=gha,mode=max --file Dockerfile.x --label ${{ steps.meta.outputs.labels }}? --no-cache? --platform linux/amd64,linux/arm64 --push --secret id=${{ secrets.X }}? --secret f=./f --tag a/b:latest --tag a/b:${{ github.sha }}? --tag a/c ./dir
$ docker buildx create --driver docker-container --use
$ docker buildx create --driver remote --driver-opt network=host --driver-opt rootless=true --use tcp://b:1234
$ docker buildx bake --file a.hcl --file b.hcl --push --set *.platform=x all
",
    );
}

#[test]
fn other_actions() {
    steps(
        "
- uses: docker/login-action@v3
  with: {registry: ghcr.io, username: u, password: p}
- uses: redhat-actions/buildah-build@v2
  with: {image: i, tags: latest 1, containerfiles: ./D, build-args: A=b}
- uses: redhat-actions/push-to-registry@v2
  with: {registry: quay.io/u, image: i, tags: latest 1}
- uses: redhat-actions/podman-login@v1
  with: {registry: quay.io}
- uses: aquasecurity/trivy-action@master
  with: {image-ref: i}
- uses: aquasecurity/trivy-action@master
- uses: addnab/docker-run-action@v3
  with:
    image: alpine
    options: -v /var/run/docker.sock:/s --privileged
    run: docker info
- uses: hoverkraft-tech/compose-action@v2
  with: {compose-file: a.yml, up-flags: --build, services: web}
- uses: helm/kind-action@v1
- uses: medyagh/setup-minikube@master
- uses: docker/metadata-action@v5
- uses: ./local
",
        "
$ docker login --username u --password-stdin ghcr.io
$ buildah build --file ./D --build-arg A=b --tag i:latest --tag i:1 .
$ podman push quay.io/u/i:latest
$ podman push quay.io/u/i:1
$ podman login --password-stdin quay.io
$ trivy image i
$ docker run -v /var/run/docker.sock:/s --privileged alpine sh -c docker info
$ docker compose --file a.yml up --build web
$ kind create cluster
$ minikube start
",
    );
}

#[test]
fn anchors() {
    check(
        "
jobs:
  a: &a
    env: &env {A: b}
    container: &c {image: docker, options: --privileged}
    steps: &steps
      - run: docker info
  b:
    <<: *a
    container: *c
  c: {env: *env, steps: *steps}
",
        "
job a
  env A=b
  Job docker
    privileged `--privileged`
  $ docker info
job b
  env A=b~Merge
  Job docker~Alias
    privileged `--privileged`
  $ docker info
job c
  env A=b~Alias
  $ docker info
",
    );
}

#[test]
fn recognised() {
    let check = |path, text, score| testing::recognised(&FORMAT, path, text, score);
    check(".github/workflows/a.yml", "", 100);
    check("a/.forgejo/workflows/a.yaml", "", 100);
    check(".github/dependabot.yml", "version: 2\n", 0);
    check("a.yml", "on: push\njobs:\n  a: {}\n", 90);
    check("a.yml", "'on': push\njobs:\n", 90);
    check("a.yml", "jobs:\n  a:\n    runs-on: x\n", 70);
    check("a.yml", "version: 2\njobs:\n  a:\n    docker: []\n", 0);
}

#[test]
fn forgejo_has_no_machines_of_github() {
    let text = "jobs:\n  a:\n    runs-on: ubuntu-latest\n";
    assert_eq!(testing::lower(&FORMAT, &[(".forgejo/workflows/a.yml", text)]).jobs[0].host, None);
}

#[test]
fn hostile_workflows_end() {
    let lower = |text: String| testing::lower(&FORMAT, &[("a.yml", &text)]);
    // Ten lists of ten: ten thousand million jobs.
    let lists: String =
        (0..10).map(|list| format!("        l{list}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n")).collect();
    let uses: String = (0..10).map(|list| format!("${{{{ matrix.l{list} }}}}")).collect();
    let unit = lower(format!(
        "jobs:\n  a:\n    strategy:\n      matrix:\n{lists}    container: {uses}\n    env: {{A: '{uses}'}}\n    steps:\n{}",
        "      - run: docker build ${{ matrix.l9 }} ${{ env.A }}${{ env.A }}\n".repeat(2_000)
    ));
    assert_eq!(unit.jobs[0].containers[0].image.as_ref().map(|image| image.others.len()), Some(16));
    assert_eq!(unit.jobs[0].commands.len(), 2_000);
    // A long variable that is used often.
    let unit = lower(format!(
        "env: {{A: {}}}\njobs:\n  a:\n    steps:\n{}",
        "x".repeat(100_000),
        "      - run: docker build ${{ env.A }} ${{\n".repeat(5_000)
    ));
    assert_eq!(unit.jobs[0].commands.len(), 5_000);
    // Marks that the text brings along.
    lower(
        "jobs: {a: {container: \"\u{F0000}${{ x }}\u{F0009}\", steps: [{run: \"\u{F0005} ${{ y }}\"}]}}"
            .to_owned(),
    );
    lower(format!("jobs: {{a: {{runs-on: '${{{{ {} }}}}'}}}}", "(".repeat(50_000)));
    lower(format!("jobs: {{a: {{runs-on: '${{{{ {} }}}}'}}}}", "a || ".repeat(50_000)));
}
