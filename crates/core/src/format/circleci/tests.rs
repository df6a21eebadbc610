//! Configurations and the model that they become.

use super::FORMAT;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[test]
fn where_jobs_run() {
    check(
        "
version: 2.1
executors:
  vm:
    machine: {image: 'ubuntu-2404:current', docker_layer_caching: true}
    environment: {A: executor, B: executor}
  box:
    docker: [{image: 'cimg/base:2024.01'}]
orbs: {win: circleci/windows@5.0, docker: circleci/docker@2.8, node: circleci/node@5}
jobs:
  a: {machine: true}
  b: {executor: vm, environment: {B: job}}
  c: {executor: {name: box}, steps: [setup_remote_docker, run: docker info]}
  d: {executor: box}
  e: {machine: true, resource_class: acme/linux}
  f: {docker: [{image: docker}], resource_class: acme/pods, steps: [setup_remote_docker: {version: default}]}
  g: {macos: {xcode: 16.0.0}}
  h: {executor: win/default}
  i: {executor: {name: docker/machine, dlc: true}}
  j: {executor: node/default}
  k: {executor: node/default, steps: [{setup_remote_docker: {docker_layer_caching: true}}]}
  l: {machine: {image: 'ubuntu-2404:current', resource_class: acme/linux}}
  m: {}
",
        "
job a Vm `machine: true`
job b Vm `machine: {image: 'ubuntu-2404:current', docker_layer_caching: true}`
  env A=executor
  env B=job
job c Vm `setup_remote_docker`
  Job cimg/base:2024.01
  $ docker info
job d
  Job cimg/base:2024.01
job e
job f
  Job docker
job g Vm `macos: {xcode: 16.0.0}`
job h Vm `win/default`
job i Vm `{name: docker/machine, dlc: true}`
job j
job k Vm `setup_remote_docker`
job l
job m
",
    );
}

#[test]
fn containers_and_variables() {
    check(
        "
version: 2
jobs:
  build:
    docker:
      - image: docker:27
        environment:
          DOCKER_HOST: tcp://dind:2375
        user: root
      - image: docker:27-dind
        name: dind
        command: [--tls=false, --host, 'tcp://0.0.0.0:2375']
        environment: [DOCKER_TLS_CERTDIR=, {A: b}]
      - image: postgres:16
        entrypoint: sh -c 'a b'
    environment:
      - C=d
    steps:
      - checkout
      - run: docker build -t $C .
      - run:
          name: Push.
          environment: {C: e}
          command: |
            docker push $C
      - run: {shell: python3, command: docker = 1}
",
        "
job build
  env C=d
  Job docker:27
    user root
    env DOCKER_HOST=tcp://dind:2375
  Service docker:27-dind
    command --tls=false --host tcp://0.0.0.0:2375
    env DOCKER_TLS_CERTDIR=
    env A=b
  Service postgres:16
    command sh -c a b
  $ docker build -t d~Variable .
  $ docker push e~Variable
",
    );
}

#[test]
fn commands_and_parameters() {
    check(
        "
version: 2.1
parameters:
  registry: {type: string, default: quay.io}
commands:
  image:
    parameters:
      name: {type: string}
      flags: {type: string, default: ''}
      after: {type: steps, default: []}
      push: {type: boolean, default: false}
    steps:
      - run: docker build << parameters.flags >> -t << pipeline.parameters.registry >>/<<parameters.name>> .
      - when:
          condition: << parameters.push >>
          steps: [run: 'docker push << parameters.name >>']
      - unless:
          condition: << parameters.push >>
          steps: [run: 'docker rmi << parameters.name >>']
      - when:
          condition: {equal: [main, << pipeline.git.branch >>]}
          steps: [run: docker info]
      - steps: << parameters.after >>
  both:
    parameters: {tag: {type: string}, more: {type: steps}}
    steps:
      - image: {name: 'a:<< parameters.tag >>', push: true, after: << parameters.more >>}
      - << parameters.more >>
jobs:
  a:
    parameters:
      os: {type: string, default: alpine}
    docker: [{image: 'cimg/base:<< parameters.os >>'}]
    steps:
      - image: {name: x, flags: --pull --no-cache}
      - both:
          tag: << parameters.os >>
          more: [run: docker ps << parameters.os >>]
  b:
    parameters: {v: {type: string, default: '0'}}
    machine: {image: << parameters.v >>}
    steps: [run: 'docker pull a:<< parameters.v >>']
workflows:
  w:
    jobs:
      - a: {os: debian, pre-steps: [run: docker version]}
      - a
      - b: {matrix: {parameters: {v: ['1', '2']}}}
",
        "
job a
  Job cimg/base:debian|cimg/base:alpine~Default
  $ docker version
  $ docker build --pull --no-cache -t quay.io/x?~Variable~Default .
  $ docker rmi x
  $ docker info
  $ docker build -t quay.io/a:debian?~Variable~Default .
  $ docker build -t quay.io/a:alpine?~Variable~Default .
  $ docker push a:debian
  $ docker push a:alpine
  $ docker info
  $ docker ps debian
  $ docker ps alpine
  $ docker ps debian
  $ docker ps alpine
job b Vm `machine: {image: << parameters.v >>}`
  $ docker pull a:1
  $ docker pull a:2
",
    );
}

#[test]
fn executors_take_parameters() {
    check(
        "
version: 2.1
executors:
  box:
    parameters: {tag: {type: string, default: '1'}, vm: {type: executor, default: big}}
    docker: [{image: 'a:<< parameters.tag >>'}]
  big: {machine: true}
jobs:
  a: {executor: {name: box, tag: '2'}}
  b:
    parameters: {e: {type: executor, default: {name: box, tag: '3'}}}
    executor: << parameters.e >>
  c:
    parameters: {e: {type: executor, default: big}}
    executor: << parameters.e >>
workflows:
  w: {jobs: [{c: {e: big}}, {c: {e: box}}]}
",
        "
job a
  Job a:2~Default
job b
  Job a:3~Default
job c
  Job a:1~Default
",
    );
}

#[test]
fn orbs() {
    check(
        "
version: 2.1
orbs:
  docker: circleci/docker@2.8.2
  ecr: circleci/aws-ecr@9
  own:
    orbs: {d: circleci/docker@1}
    executors: {vm: {machine: true}}
    commands:
      make: {steps: [{run: docker build .}, {d/push: {image: a/b}}]}
    jobs:
      ship: {executor: vm, steps: [make]}
jobs:
  a:
    docker: [{image: cimg/base}]
    steps:
      - setup_remote_docker
      - docker/check: {registry: ghcr.io}
      - docker/build:
          image: a/b
          tag: latest,$CIRCLE_SHA1
          path: app
          docker-context: ./app
          extra_build_args: --build-arg=A=b --no-cache
      - docker/push: {image: a/b, tag: latest}
      - docker/install-docker-compose
      - own/make
workflows:
  w:
    jobs:
      - a
      - docker/publish: {name: ship it, image: c/d, before_build: [run: docker info]}
      - docker/publish: {image: e/f, deploy: false, executor: docker/docker, use-remote-docker: true}
      - ecr/build-and-push-image: {repo: r, dockerfile: D, post-steps: [run: docker images]}
      - own/ship: {requires: [a]}
      - other/thing
",
        "
job a Vm `setup_remote_docker`
  Job cimg/base
  $ docker login --password-stdin ghcr.io
  $ docker buildx build --file app/Dockerfile --build-arg=A=b --no-cache --tag a/b:latest --tag a/b:$CIRCLE_SHA1? ./app
  $ docker push a/b:latest
  $ docker build .
  $ docker push a/b
job ship it Vm `docker/publish`
  $ docker info
  $ docker login --password-stdin
  $ docker buildx build --tag c/d .
  $ docker push c/d
job docker/publish Vm `use-remote-docker: true`
  $ docker buildx build --tag e/f .
job ecr/build-and-push-image Vm `ecr/build-and-push-image`
  $ docker login --username AWS --password-stdin
  $ docker buildx build --push --file D --tag r .
  $ docker images
job own/ship Vm `machine: true`
  $ docker build .
  $ docker push a/b
",
    );
}

#[test]
fn anchors() {
    check(
        "
version: 2
references:
  defaults: &defaults
    working_directory: ~/app
    docker: [{image: golang}]
  login: &login
    run:
      name: Log in.
      command: |
        docker login -p $P
  steps: &steps
    - *login
    - run: docker push a
jobs:
  a:
    <<: *defaults
    steps: [setup_remote_docker, *login]
  b: {machine: true, steps: *steps}
",
        "
job a Vm `setup_remote_docker`
  Job golang~Merge
  $ docker login -p $P?
job b Vm `machine: true`
  $ docker login -p $P?
  $ docker push a
",
    );
}

#[test]
fn heredocs_are_no_expressions() {
    check(
        "
version: 2.1
jobs:
  a:
    machine: true
    steps:
      - run: |
          cat \\<<EOF > f
          docker rm a
          EOF
          docker build -f - . <<EOF
          FROM << pipeline.git.tag >>
          EOF
      - run: docker push << pipeline.git.tag >>
      - run: docker run -e << parameters.x >> alpine
",
        "
job a Vm `machine: true`
  $ cat
  $ docker build -f - .
  $ docker push << pipeline.git.tag >>?
  $ docker run -e << parameters.x >>? alpine
",
    );
}

#[test]
fn a_file_of_commands() {
    check(
        "
version: 2.1
commands:
  a: {steps: [run: docker info]}
",
        "
command a
  $ docker info
",
    );
}

#[test]
fn recognised() {
    let check = |path, text, score| testing::recognised(&FORMAT, path, text, score);
    check(".circleci/config.yml", "", 100);
    check("a/.circleci/more.yaml", "", 100);
    check("a.yml", "version: 2.1\norbs:\nworkflows:\n", 90);
    check("a.yml", "version: 2\njobs:\n", 50);
    check("a.yml", "version: 2\njobs:\n  a:\n    machine: true\n", 90);
    check("a.yml", "version: '3'\nservices:\n", 0);
    check("a.yml", "on: push\njobs:\n", 0);
    check("a.yml", "jobs:\n", 0);
    check("a.yml", "jobs:\n  a:\n    docker:\nworkflows:\n", 80);
}

#[test]
fn hostile_configurations_end() {
    let lower = |text: String| testing::lower(&FORMAT, &[("a.yml", &text)]);
    // Commands that call the next one ten times each.
    let commands: String = (0..12)
        .map(|at| format!("  c{at}: {{steps: [{}]}}\n", format!("c{}, ", at + 1).repeat(10)))
        .collect();
    let unit = lower(format!(
        "version: 2.1\ncommands:\n{commands}  c12: {{steps: [run: docker ps]}}\njobs:\n  a: {{steps: [c0]}}\n"
    ));
    assert!(unit.jobs[0].commands.len() < 50_000);
    assert_eq!(unit.errors.len(), 1, "what is left out is told");
    // Commands and executors that call themselves.
    let unit = lower(
        "version: 2.1\ncommands: {c: {parameters: {s: {type: steps}}, steps: [c: {s: << parameters.s >>}, run: docker ps]}}\n\
         executors: {e: {executor: e}}\njobs: {a: {executor: e, steps: [c: {s: [c]}]}}\n"
            .to_owned(),
    );
    assert!(!unit.jobs[0].commands.is_empty());
    lower(format!("version: 2\njobs: {{a: {{steps: [run: '{}']}}}}", "<< ".repeat(100_000)));
    lower(format!("version: 2\njobs: {{a: {{steps: [run: '{}']}}}}", "<<a.b".repeat(100_000)));
}
