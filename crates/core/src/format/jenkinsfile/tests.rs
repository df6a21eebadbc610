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
    recognised("", "apiVersion: v1\ndata:\n  Jenkinsfile: |\n    pipeline {\n      agent any\n    }\n", false);
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
        "",
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
        "",
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
        "",
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
        "",
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
        "",
    );
    check("pipeline {\n  agent { kubernetes { inheritFrom 'docker' } }\n  stages { stage('a') { steps { container('docker') { sh 'docker build .' } } } }\n}\n", "");
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
        "",
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
        "",
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
        "",
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
        "",
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
        "",
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
        "",
    );
}

#[test]
fn broken_texts() {
    check("pipeline {\r\n  agent any\r\n  stages {\r\n    stage('a') {\r\n      steps {\r\n        sh '''\r\n          docker build .\r\n        '''\r\n", "");
    check("node {\n<<<<<<< HEAD\n  sh 'docker ps'\n=======\n  sh 'docker images'\n>>>>>>> x\n}\n", "");
    check("node {\n  sh 'docker ps\n  sh 'docker images'\n}\n}\n", "");
}
