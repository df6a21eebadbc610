//! The pipelines that are run. Each starts on a daemon beside the job.

/// One pipeline, and what must come of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) pipeline: &'static str,
    pub(crate) dockerfile: &'static str,
    /// Other files of the project.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Images that must be in the registry, or behind `file:` in a file, and how Buildah builds the same directly.
    pub(crate) images: &'static [(&'static str, &'static [&'static str])],
    /// Images that must not be in the registry.
    pub(crate) absent: &'static [&'static str],
    /// Parts of the lines that name what is left to a person.
    pub(crate) left: &'static [&'static str],
    /// What the log must hold.
    pub(crate) says: &'static [&'static str],
    /// Whether the pipeline must fail.
    pub(crate) fails: bool,
}

/// An image that says something in every part of its configuration.
pub(crate) const DOCKERFILE: &str = r#"FROM scratch
ARG VERSION
COPY busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-c"]
WORKDIR /srv
RUN echo "built as ${VERSION}" > built
ENV VERSION=$VERSION NAME="a b"
LABEL org.example.kind=test
EXPOSE 8080/tcp
VOLUME /data
USER 1000:1000
HEALTHCHECK --interval=5s CMD ["/bin/busybox", "true"]
ENTRYPOINT ["/bin/busybox"]
CMD ["sh"]
"#;

const PLAIN: Case = Case {
    name: "",
    pipeline: "",
    dockerfile: DOCKERFILE,
    files: &[],
    images: &[],
    absent: &[],
    left: &[],
    says: &[],
    fails: false,
};

pub(crate) static CASES: &[Case] = &[
    Case {
        name: "login by an argument, tag and push",
        pipeline: r#"# The image of the app, built on a daemon beside the job.
stages: [check, release]

lint:
  stage: check
  image: busybox
  script:
    - test -f Dockerfile

publish:
  stage: release
  image: docker:27
  services:
    - docker:27-dind
  variables:
    DOCKER_HOST: tcp://docker:2376
    DOCKER_TLS_CERTDIR: "/certs"
    IMAGE: $REGISTRY/team/app
  before_script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
  script:
    # Two names for one image.
    - docker build --build-arg VERSION=1.2 --label "team=build" -t "$IMAGE:1.2" .
    - docker tag "$IMAGE:1.2" "$IMAGE:latest"
    - docker push "$IMAGE:1.2"
    - docker push "$IMAGE:latest"
    - docker logout "$REGISTRY"
"#,
        images: &[
            ("team/app:1.2", &["--build-arg=VERSION=1.2", "--label=team=build", "."]),
            ("team/app:latest", &["--build-arg=VERSION=1.2", "--label=team=build", "."]),
        ],
        ..PLAIN
    },
    Case {
        name: "two images with two tags, login by standard input",
        pipeline: r#"images:
  image: docker:27
  services: [docker:27-dind]
  script:
    - echo "$REGISTRY_PASSWORD" | docker login --username "$REGISTRY_USER" --password-stdin "$REGISTRY"
    - docker build -t $REGISTRY/app:1 -t $REGISTRY/app:latest .
    - docker image build -f web/Dockerfile --tag=$REGISTRY/web:1 --tag $REGISTRY/web:latest web
    - docker push $REGISTRY/app:1
    - docker image push $REGISTRY/app:latest
    - docker push $REGISTRY/web:1 && docker push $REGISTRY/web:latest
"#,
        files: &[
            ("web/Dockerfile", "FROM scratch\nCOPY index.html /www/index.html\nCMD [\"/www\"]\n"),
            ("web/index.html", "<p>Hello\n"),
        ],
        images: &[
            ("app:1", &["."]),
            ("app:latest", &["."]),
            ("web:1", &["--file=web/Dockerfile", "web"]),
            ("web:latest", &["--file=web/Dockerfile", "web"]),
        ],
        ..PLAIN
    },
    Case {
        name: "build arguments from variables",
        pipeline: r#"variables:
  VERSION: "2.0 beta"
  DOCKER_BUILDKIT: "1"

build:
  image: docker:27
  services:
    - name: docker:27-dind
      alias: docker
  variables:
    KIND: release
  before_script:
    - docker info
    - docker login -u $REGISTRY_USER -p $REGISTRY_PASSWORD $REGISTRY
  script:
    - export VERSION
    - docker build --pull=false --build-arg VERSION --build-arg "KIND=$KIND" --no-cache -t "$REGISTRY/app:$KIND" .
    - docker push "$REGISTRY/app:$KIND"
"#,
        dockerfile: r#"FROM scratch
ARG VERSION
ARG KIND=debug
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo $VERSION $KIND > /built"]
LABEL version=$VERSION kind=$KIND
"#,
        images: &[("app:release", &["--build-arg=VERSION=2.0 beta", "--build-arg=KIND=release", "."])],
        ..PLAIN
    },
    Case {
        name: "a build secret",
        pipeline: r#"build:
  image: docker:27
  services: ["docker:27-dind"]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - printf %s key-of-the-build > token
    - DOCKER_BUILDKIT=1 docker build --secret id=token,src=token -t "$REGISTRY/app" .
    - docker push "$REGISTRY/app"
"#,
        dockerfile: r#"FROM scratch
COPY busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-c"]
RUN --mount=type=secret,id=token test "$(/bin/busybox cat /run/secrets/token)" = key-of-the-build && echo known > /seen
"#,
        files: &[("token", "key-of-the-build")],
        images: &[("app:latest", &["--secret=id=token,src=token", "."])],
        ..PLAIN
    },
    Case {
        name: "a target stage",
        pipeline: r#"test:
  stage: test
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker build --target test .

release:
  stage: deploy
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker build . --target release -t "$REGISTRY/app:release"
    - docker push "$REGISTRY/app:release"
"#,
        dockerfile: r#"FROM scratch AS base
COPY busybox /bin/busybox
FROM base AS test
RUN ["/bin/busybox", "touch", "/tested"]
FROM base AS release
ENTRYPOINT ["/bin/busybox", "httpd"]
FROM base
CMD ["never"]
"#,
        images: &[("app:release", &["--target=release", "."])],
        ..PLAIN
    },
    Case {
        name: "a cache mount",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker buildx create --use
    - docker buildx build --load --progress=plain -t "$REGISTRY/app" .
    - docker push "$REGISTRY/app"
"#,
        dockerfile: r#"FROM scratch
COPY busybox /bin/busybox
SHELL ["/bin/busybox", "sh", "-c"]
RUN --mount=type=cache,target=/cache echo one > /cache/one && /bin/busybox cp /cache/one /made
"#,
        images: &[("app:latest", &["."])],
        ..PLAIN
    },
    Case {
        name: "folded and literal commands",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  variables:
    TAG: "7"
  script:
    - |
      set -e
      # Log in first.
      docker login --username="$REGISTRY_USER" --password="$REGISTRY_PASSWORD" "$REGISTRY"
      for tag in "$TAG" "$TAG-again"; do
        docker build \
          --build-arg VERSION="$tag" \
          -t "$REGISTRY/app:$tag" \
          .
        docker push "$REGISTRY/app:$tag"
      done
    - >-
      docker build
      --build-arg VERSION=folded
      -t "$REGISTRY/app:folded" .
    - >
      docker push
      "$REGISTRY/app:folded"
"#,
        images: &[
            ("app:7", &["--build-arg=VERSION=7", "."]),
            ("app:7-again", &["--build-arg=VERSION=7-again", "."]),
            ("app:folded", &["--build-arg=VERSION=folded", "."]),
        ],
        ..PLAIN
    },
    Case {
        name: "a hidden job of which one user changes",
        pipeline: r#".base:
  image: docker:27
  services:
    - docker:27-dind
  before_script:
    - echo "on $REGISTRY"

check:
  extends: .base
  script:
    - test -f Dockerfile

build:
  extends: .base
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker build --build-arg VERSION=3 -t "$REGISTRY/app:3" .
    - docker push "$REGISTRY/app:3"
"#,
        images: &[("app:3", &["--build-arg=VERSION=3", "."])],
        says: &["on 127.0.0.1"],
        ..PLAIN
    },
    Case {
        name: "an image saved to an artifact and loaded",
        pipeline: r#"build:
  stage: build
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker build -t "$REGISTRY/app:4" .
    - mkdir -p out
    - docker save -o out/image.tar "$REGISTRY/app:4"
  artifacts:
    paths: [out]

push:
  stage: deploy
  image: docker:27
  services: [docker:27-dind]
  needs: [build]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker load --input out/image.tar
    - docker tag "$REGISTRY/app:4" "$REGISTRY/app:loaded"
    - docker push "$REGISTRY/app:loaded"
"#,
        images: &[("app:loaded", &["."]), ("file:.gitlab-ci-local/artifacts/build/out/image.tar", &["."])],
        ..PLAIN
    },
    Case {
        name: "a name without a registry, saved and loaded",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker build -t app:5 .
    - docker save app:5 --output app.tar
    - docker rmi app:5
    - docker load -i app.tar
    - docker tag app:5 "$REGISTRY/app:5"
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker push "$REGISTRY/app:5"
"#,
        images: &[("app:5", &["."])],
        ..PLAIN
    },
    Case {
        name: "a build that fails",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker build -t "$REGISTRY/app:broken" .
    - docker push "$REGISTRY/app:broken"
    - echo behind the failure
"#,
        dockerfile: "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"false\"]\n",
        absent: &["app:broken"],
        fails: true,
        ..PLAIN
    },
    Case {
        name: "failures that are forgiven",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker pull "$REGISTRY/app:none" || true
    - docker build -f Broken . || echo "the first one failed"
    - if docker build -f Broken .; then echo unlikely; else echo "the second one failed"; fi
    - docker build -t "$REGISTRY/app:6" . && docker push "$REGISTRY/app:6"
"#,
        files: &[("Broken", "FROM scratch\nCOPY nowhere /\n")],
        images: &[("app:6", &["."])],
        says: &["the first one failed", "the second one failed"],
        ..PLAIN
    },
    Case {
        name: "image and services by default and for all",
        pipeline: r#"default:
  image: docker:27
  before_script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"

services:
  - docker:27-dind

variables:
  DOCKER_HOST: tcp://docker:2375
  DOCKER_TLS_CERTDIR: ""

app:
  script:
    - docker build --build-arg VERSION=8 -t "$REGISTRY/app:8" .
    - docker push "$REGISTRY/app:8"

web:
  script:
    - docker build --build-arg VERSION=9 -t "$REGISTRY/web:9" .
    - docker push "$REGISTRY/web:9"
"#,
        images: &[("app:8", &["--build-arg=VERSION=8", "."]), ("web:9", &["--build-arg=VERSION=9", "."])],
        ..PLAIN
    },
    Case {
        name: "buildx that pushes by itself, with a cache in the registry",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  variables:
    LATEST: $REGISTRY/app:latest
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker buildx build --push --provenance=false --cache-from $LATEST -t $LATEST -t $REGISTRY/app:10 .
"#,
        images: &[("app:latest", &["."]), ("app:10", &["."])],
        ..PLAIN
    },
    Case {
        name: "a list of lines by anchor, a tag from the shell",
        pipeline: r#".login: &login
  - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"

build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - *login
    - TAG=$(git rev-parse --abbrev-ref HEAD)
    - docker build -t "$REGISTRY/app:$TAG" --iidfile id.txt .
    - test -s id.txt
    - docker push -q "$REGISTRY/app:$TAG"
"#,
        images: &[("app:main", &["."])],
        left: &["git rev-parse"],
        ..PLAIN
    },
    Case {
        name: "from archived Kaniko",
        pipeline: r#"build:
  image:
    name: gcr.io/kaniko-project/executor:v1.23.2-debug
    entrypoint: [""]
  variables:
    DOCKER_CONFIG: .docker
  script:
    - mkdir -p "$DOCKER_CONFIG"
    - auth=$(printf %s "$REGISTRY_USER:$REGISTRY_PASSWORD" | base64)
    - echo "{\"auths\":{\"$REGISTRY\":{\"auth\":\"$auth\"}}}" > "$DOCKER_CONFIG/config.json"
    - >-
      /kaniko/executor
      --context .
      --dockerfile Dockerfile
      --build-arg VERSION=3
      --label team=build
      --destination "$REGISTRY/app:1"
      --destination "$REGISTRY/app:latest"
"#,
        images: &[
            ("app:1", &["--build-arg=VERSION=3", "--label=team=build", "."]),
            ("app:latest", &["--build-arg=VERSION=3", "--label=team=build", "."]),
        ],
        // Where the login is written is a variable, so it is not seen to be one.
        left: &["/kaniko/executor"],
        ..PLAIN
    },
    Case {
        name: "a list of images made by hand",
        pipeline: r#"publish:
  image: docker:27
  services: [docker:27-dind]
  before_script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
  script:
    - docker build -t "$REGISTRY/app:one" .
    - docker push "$REGISTRY/app:one"
    - docker manifest create "$REGISTRY/app:list" "$REGISTRY/app:one"
    - docker manifest push "$REGISTRY/app:list"
"#,
        images: &[("app:one", &["."]), ("app:list", &["."])],
        ..PLAIN
    },
    Case {
        name: "a build that pushes by itself and fails",
        pipeline: r#"build:
  image: docker:27
  services: [docker:27-dind]
  script:
    - docker login -u "$REGISTRY_USER" -p "$REGISTRY_PASSWORD" "$REGISTRY"
    - docker buildx build --push -t "$REGISTRY/app:1" .
    - echo "what comes after it"
"#,
        dockerfile: "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"false\"]\n",
        absent: &["app:1"],
        fails: true,
        ..PLAIN
    },
];
