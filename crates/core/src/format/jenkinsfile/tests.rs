//! Pipelines as the documentation of Jenkins and its plugins has them, and how people write them.

use super::*;
use crate::File;
use crate::format::testing;

#[track_caller]
fn check(text: &str, expected: &str) {
    testing::check(&FORMAT, text, expected);
}

#[track_caller]
fn recognised(path: &str, text: &str, certain: bool) {
    let file = File { path: path.into(), text: text.into(), format: None };
    assert_eq!(recognise(&Probe::new(&file)) >= 60, certain, "{path}: {text}");
}

#[test]
fn recognition() {
    recognised("ci/Jenkinsfile.release", "x", true);
    recognised("build.jenkinsfile", "x", true);
    recognised("vars/build.groovy", "def call() { sh 'make' }", true);
    recognised("Jenkinsfile.md", "# Jenkinsfile", false);
    recognised("", "// ours\npipeline {\n  agent any\n}\n", true);
    recognised("", "#!groovy\nbuildPlugin()\n", true);
    recognised("", "@Library('shared') _\n", true);
    recognised("", "node('docker') {\n  sh 'make'\n}\n", true);
    recognised("", "def label = 'x'\npodTemplate(label: label) {\n}\n", true);
    recognised("build.gradle", "node {\n  version = '20'\n}\n", false);
    recognised("", "node {\n  version = '20'\n}\n", false);
    recognised(
        "",
        "apiVersion: v1\ndata:\n  Jenkinsfile: |\n    pipeline {\n      agent any\n    }\n",
        false,
    );
    recognised("", "#!/bin/sh\ncat > Jenkinsfile <<E\npipeline {\n  agent any\n}\nE\n", false);
    recognised("", "input {\n}\noutput {\n}\n", false);
}

#[test]
fn a_pipeline_on_an_agent_with_docker() {
    check(
        "\
pipeline {
  agent { label 'docker' }
  environment {
    IMAGE = \"registry.example/shop\"
    TAG = 'v1'
    LOGIN = credentials('registry')
  }
  stages {
    stage('Build') {
      steps {
        sh 'docker build -t $IMAGE:$TAG .'
      }
    }
    stage('Push') {
      when { branch 'main' }
      environment { DOCKER_BUILDKIT = '1' }
      steps {
        sh \"\"\"
          echo $LOGIN_PSW | docker login -u $LOGIN_USR --password-stdin registry.example
          docker push ${IMAGE}:${env.TAG}
        \"\"\"
      }
    }
  }
  post {
    always { sh 'docker logout' }
    failure { sh 'docker ps' }
  }
}
",
        "\
job pipeline
  env IMAGE=registry.example/shop
  env TAG=v1
  $ docker build -t registry.example/shop:v1~Variable~Variable .
  $ echo ${LOGIN_PSW}? [env DOCKER_BUILDKIT=1]
  $ docker login -u ${LOGIN_USR}? --password-stdin registry.example [env DOCKER_BUILDKIT=1]
  $ docker push registry.example/shop:v1 [env DOCKER_BUILDKIT=1]
  $ docker logout
  $ docker ps
",
    );
}

#[test]
fn stages_with_agents_of_their_own() {
    check(
        "\
pipeline {
  agent none
  stages {
    stage('Test') {
      agent {
        docker {
          image 'maven:3.9-eclipse-temurin-21'
          label 'linux'
          args  '-v $HOME/.m2:/root/.m2 --privileged'
        }
      }
      steps { sh 'mvn -B verify' }
    }
    stage('Image') {
      agent { dockerfile { filename 'Dockerfile.ci'; dir 'build'; additionalBuildArgs '--build-arg V=1'; args '-u 0' } }
      steps { sh 'make' }
    }
    stage('Short') {
      agent { docker 'node:22' }
      steps { bat 'npm test' }
    }
  }
}
",
        "\
job Test
  Job maven:3.9-eclipse-temurin-21
    privileged `--privileged`
    mount $HOME/.m2? at /root/.m2 `-v $HOME/.m2:/root/.m2`
  $ mvn -B verify
job Image
  Job -
    user 0
  $ docker build --build-arg V=1 -f Dockerfile.ci build
  $ make
job Short
  Job node:22
  $ npm test
",
    );
}

#[test]
fn a_scripted_pipeline() {
    check(
        "\
node('linux') {
  checkout scm
  def app
  stage('Build') {
    app = docker.build(\"team/app:${env.BUILD_ID}\", '-f Dockerfile.prod --pull .')
  }
  stage('Test') {
    app.inside('-v /var/run/docker.sock:/var/run/docker.sock -e A=b') {
      sh 'docker ps'
    }
    docker.image('postgres:17').withRun('-p 5432:5432', '-c x=y') { c ->
      sh \"docker exec ${c.id} pg_isready\"
    }
  }
  stage('Push') {
    docker.withRegistry('https://registry.example/v2/', 'credentials') {
      app.push()
      app.push('latest')
    }
  }
}
",
        "\
job node
  Started team/app:${env.BUILD_ID}?
    mount /var/run/docker.sock at /var/run/docker.sock `-v /var/run/docker.sock:/var/run/docker.sock`
    command cat
    env A=b
  $ docker build -t team/app:${env.BUILD_ID}? -f Dockerfile.prod --pull .
  $ docker run -v /var/run/docker.sock:/var/run/docker.sock -e A=b team/app:${env.BUILD_ID}? cat
  $0 docker ps
  $ docker run -d -p 5432:5432 postgres:17 -c x=y
  $ docker exec ${c.id}? pg_isready
  $ docker login registry.example
  $ docker tag team/app:${env.BUILD_ID}? registry.example/team/app:${env.BUILD_ID}?
  $ docker push registry.example/team/app:${env.BUILD_ID}?
  $ docker tag team/app:${env.BUILD_ID}? registry.example/team/app:latest?
  $ docker push registry.example/team/app:latest?
",
    );
}

#[test]
fn pods() {
    check(
        "\
pipeline {
  agent {
    kubernetes {
      defaultContainer 'docker'
      yaml '''
        apiVersion: v1
        kind: Pod
        spec:
          containers:
            - name: docker
              image: docker:29-cli
              command: [sleep, infinity]
              env:
                - name: DOCKER_HOST
                  value: tcp://localhost:2375
            - name: dind
              image: docker:29-dind
              securityContext: {privileged: true}
      '''
    }
  }
  stages {
    stage('Build') {
      steps { sh 'docker build .' }
    }
  }
}
",
        "\
job pipeline
  Workload docker:29-cli
    command sleep infinity
    env DOCKER_HOST=tcp://localhost:2375
  Workload docker:29-dind
    privileged `privileged: true`
  $0 sleep infinity
  $0 docker build .
",
    );
    check(
        "\
podTemplate(containers: [
  containerTemplate(name: 'docker', image: 'docker:29-cli', command: 'sleep', args: '99d', privileged: true,
    envVars: [envVar(key: 'A', value: 'b')])
], volumes: [
  hostPathVolume(hostPath: '/var/run/docker.sock', mountPath: '/var/run/docker.sock'),
  emptyDirVolume(mountPath: '/var/lib/docker', memory: false)
]) {
  node(POD_LABEL) {
    container('docker') { sh 'docker build .' }
    sh 'make'
  }
}
",
        "\
job podTemplate
  Workload docker:29-cli
    privileged `true`
    mount /var/run/docker.sock at /var/run/docker.sock `hostPathVolume(hostPath: '/var/run/docker.sock', mountPath: '/var/run/docker.sock')`
    mount - at /var/lib/docker `emptyDirVolume(mountPath: '/var/lib/docker', memory: false)`
    command sleep 99d
    env A=b
  $0 docker build .
  $ make
",
    );
    check(
        "pipeline {\n  agent { kubernetes { inheritFrom 'docker' } }\n  stages { stage('a') { steps { container('docker') { sh 'docker build .' } } } }\n}\n",
        "job pipeline\n  $ docker build .",
    );
}

#[test]
fn options_by_variables() {
    check(
        "\
docker_args = [
  'linux': '-u 1000 -v /var/run/docker.sock:/var/run/docker.sock',
  'windows': '-v //./pipe/docker_engine://./pipe/docker_engine'
]
pipeline {
  agent { docker { image env.IMAGE; args docker_args[\"${params.OS}\"] } }
  parameters { choice(name: 'V', choices: ['27', '28']) }
  stages { stage('a') { steps { sh \"docker pull docker:${params.V}-dind\" } } }
}
",
        "\
job pipeline
  Job ${env.IMAGE}?
    mount /var/run/docker.sock at /var/run/docker.sock `-v /var/run/docker.sock:/var/run/docker.sock`
    mount //./pipe/docker_engine at //./pipe/docker_engine `-v //./pipe/docker_engine://./pipe/docker_engine`
    user 1000
  $ docker pull docker:27-dind
  $ docker pull docker:28-dind
",
    );
    check(
        "\
def opts = '--rm '
opts += '-v /a:/b'
def run(String image, more) {
  sh 'docker run ' + opts + \" ${more} \" + image
}
node {
  if (fast) { opts = '--network host' }
  run('alpine:3', '-i')
  for (tag in ['a', 'b']) { sh \"docker push app:${tag}\" }
  ['c', 'd'].each { sh(script: \"docker push app:$it\", returnStdout: true).trim() }
}
",
        "\
job node
  $ docker run --network host -i alpine:3
  $ docker run --rm -v /a:/b -i alpine:3
  $ docker push app:a
  $ docker push app:b
  $ docker push app:c
  $ docker push app:d
",
    );
}

#[test]
fn variables_of_engines() {
    check(
        "\
node {
  withEnv(['DOCKER_HOST=tcp://build.example:2375', 'A=b']) { sh 'docker ps' }
  docker.withServer('tcp://swarm.example:2376', 'certs') { docker.image('a:1').pull() }
  sh 'docker ps'
}
",
        "\
job node
  $ docker ps [env DOCKER_HOST=tcp://build.example:2375]
  $ docker pull a:1 [env DOCKER_HOST=tcp://swarm.example:2376]
  $ docker ps
",
    );
}

#[test]
fn matrices() {
    check(
        "\
pipeline {
  agent none
  stages {
    stage('Build') {
      matrix {
        axes { axis { name 'V'; values '27', '28' } }
        agent { docker { image \"docker:${V}-cli\" } }
        stages { stage('Make') { steps { sh 'docker build -t a:$V .' } } }
      }
    }
  }
}
",
        "\
job Build
  Job docker:27-cli|docker:28-cli~Variable
  $ docker build -t a:27|a:28~Variable .
",
    );
}

#[test]
fn scripts_in_all_quotings() {
    check(
        "\
node {
  sh '''#!/bin/bash -e
    docker build \\\\
      -t a .
  '''
  sh \"docker tag a b\\ndocker push b\"
  sh label: 'x', script: $/docker load < 'a$$b'/$
  sh(returnStatus: true, script: '#!/usr/bin/env python3\\nimport docker')
  powershell 'docker run `\\n  -v C:/a:C:/b app'
  bat \"\"\"
    docker build ^
      -t win .
  \"\"\"
  this.steps.sh(script: \"docker login -u a -p ${PASSWORD} r.example\")
  echo 'docker run --privileged x'
  // sh 'docker run --privileged x'
}
",
        "\
job node
  $ docker build -t a .
  $ docker tag a b
  $ docker push b
  $ docker load
  $ docker run -v C:/a:C:/b app
  $ docker build -t win .
  $ docker login -u a -p ${PASSWORD}? r.example
",
    );
}

#[test]
fn values_hold_up_to_the_end_of_their_block() {
    check(
        "\
pipeline {
  agent any
  environment { IMAGE = 'a' }
  stages {
    stage('One') {
      environment { IMAGE = 'b' }
      steps { sh \"docker push ${IMAGE}\" }
    }
    stage('Two') { steps { sh \"docker push ${IMAGE}\" } }
  }
}
",
        "\
job pipeline
  env IMAGE=a
  $ docker push b
  $ docker push a
",
    );
    check(
        "\
library 'shared'
def build(args = '') { docker.build('app', args + ' .') }
node {
  def cli = docker.image('docker:29-cli')
  cli.inside { build('-f x').push('v1') }
  build()
}
",
        "\
job node
  Started docker:29-cli
    command cat
  $ docker run docker:29-cli cat
  $0 docker build -t app -f~Variable x~Variable .~Variable
  $0 docker tag app app:v1
  $0 docker push app:v1
  $ docker build -t app ${args}? .
",
    );
}

#[test]
fn parallel_branches() {
    check(
        "\
def branches = [:]
for (int i = 0; i < 2; i++) {
  branches[\"b${i}\"] = {
    node('docker') { sh 'docker info' }
  }
}
parallel branches
stage('Both') {
  parallel a: { node('a') { sh 'docker ps' } }, b: { node('b') { sh 'make' } }
}
",
        "\
job node
  $ docker info
job a
  $ docker ps
job b
  $ make
",
    );
}

#[test]
fn broken_texts() {
    check(
        "pipeline {\r\n  agent any\r\n  stages {\r\n    stage('a') {\r\n      steps {\r\n        sh '''\r\n          docker build .\r\n        '''\r\n",
        "job pipeline\n  $ docker build .\nerror no `}` ends this block",
    );
    check(
        "node {\n<<<<<<< HEAD\n  sh 'docker ps'\n=======\n  sh 'docker images'\n>>>>>>> x\n}\n",
        "job node\n  $ docker ps\n  $ docker images\nerror a merge conflict is left unresolved here; both sides are read\nerror a merge conflict is left unresolved here; both sides are read\nerror a merge conflict is left unresolved here; both sides are read",
    );
    check(
        "node {\n  sh 'docker ps\n  sh 'docker images'\n}\n}\n",
        "job node\n  $ docker ps\n  $ docker images\nerror no quote ends this string in its line\nerror this `}` ends no block",
    );
}
