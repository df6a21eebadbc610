//! Workflows before and after, and what is left to a person.

use crate::{Context, File, rewrite};

#[track_caller]
fn check_with(builder: &str, before: &str, after: &str, left: &[&str]) {
    let path = ".github/workflows/image.yml".to_owned();
    let files = [File { path, text: before.to_owned(), format: None }];
    let result = rewrite(&files, &Context::default(), 0, builder).expect("a workflow");
    let got: Vec<_> = result.left.iter().map(|left| format!("{}: {}", left.line, left.why)).collect();
    assert_eq!(result.text, after, "left: {got:#?}");
    assert_eq!(got, left);
}

#[track_caller]
fn check(before: &str, after: &str, left: &[&str]) {
    check_with("buildah", before, after, left);
}

/// A workflow that stays as it is.
#[track_caller]
fn stays(before: &str, left: &[&str]) {
    check(before, before, left);
}

#[test]
fn scripts_on_a_hosted_machine() {
    check(
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest   # a machine of its own
    steps:
    - uses: actions/checkout@v5
    # the image
    - run: |
        docker build -t ghcr.io/a/b:${{ github.sha }} .
        docker push ghcr.io/a/b:${{ github.sha }}
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest   # a machine of its own
    env:
      BUILDAH_FORMAT: docker
    steps:
    - uses: actions/checkout@v5
    # the image
    - run: |
        buildah build -t ghcr.io/a/b:${{ github.sha }} .
        buildah push ghcr.io/a/b:${{ github.sha }}
",
        &[],
    );
}

#[test]
fn login_metadata_build_push() {
    check(
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      DOCKER_BUILDKIT: 1
      REGISTRY: ghcr.io
    steps:
      - uses: actions/checkout@v5

      - uses: docker/setup-buildx-action@v3

      - name: Names
        id: meta
        uses: docker/metadata-action@v5
        with:
          images: ${{ env.REGISTRY }}/a/b
      - name: Log in
        if: github.event_name != 'pull_request'
        uses: docker/login-action@v3 # v3.4.0
        with:
          registry: ${{ env.REGISTRY }}
          username: ${{ github.actor }}
          password: ${{ secrets.GITHUB_TOKEN }}
      - uses: docker/build-push-action@v6
        with:
          # from the root
          context: .
          push: ${{ github.event_name != 'pull_request' }}
          tags: ${{ steps.meta.outputs.tags }}
          labels: ${{ steps.meta.outputs.labels }}
          provenance: false
        timeout-minutes: 20
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      BUILDAH_FORMAT: docker
      REGISTRY: ghcr.io
    steps:
      - uses: actions/checkout@v5

      - name: Names
        id: meta
        uses: docker/metadata-action@v5
        with:
          images: ${{ env.REGISTRY }}/a/b
      - name: Log in
        if: github.event_name != 'pull_request'
        run: printf %s \"$REGISTRY_PASSWORD\" | buildah login --username \"$GITHUB_ACTOR\" --password-stdin \"$REGISTRY\"
        env:
          REGISTRY_PASSWORD: ${{ secrets.GITHUB_TOKEN }}
      - run: |
          # from the root
          mapfile -t tags <<< \"$TAGS\"
          mapfile -t labels <<< \"$LABELS\"
          buildah build \"${tags[@]/#/--tag=}\" \"${labels[@]/#/--label=}\" .
          if [ \"$PUSH\" = \"true\" ]; then
            for tag in \"${tags[@]}\"; do
              buildah push \"$tag\" \"docker://$tag\"
            done
          fi
        env:
          TAGS: ${{ steps.meta.outputs.tags }}
          LABELS: ${{ steps.meta.outputs.labels }}
          PUSH: ${{ github.event_name != 'pull_request' }}
        timeout-minutes: 20
",
        &[],
    );
}

#[test]
fn expressions_come_by_the_environment() {
    check(
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/build-push-action@v6
        with:
          context: app dir
          target: ${{ inputs.target }}
          push: true
          tags: |
            user/app:${{ steps.v.outputs.short }}
            ghcr.io/a/b:latest
          build-args: |
            TITLE=${{ github.event.head_commit.message }}
            PLAIN=it's $5
          secrets: |
            token=${{ secrets.NPM_TOKEN }}
          cache-from: type=gha
          cache-to: type=gha,mode=max
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v5
      - run: |
          buildah build \\
            -t \"user/app:$SHORT\" \\
            -t ghcr.io/a/b:latest \\
            ${TARGET:+--target \"$TARGET\"} \\
            --build-arg \"TITLE=$MESSAGE\" \\
            --build-arg 'PLAIN=it'\\''s $5' \\
            --secret id=token,env=NPM_TOKEN \\
            'app dir'
          buildah push \"user/app:$SHORT\" \"docker://user/app:$SHORT\"
          buildah push ghcr.io/a/b:latest
        env:
          TARGET: ${{ inputs.target }}
          SHORT: ${{ steps.v.outputs.short }}
          MESSAGE: ${{ github.event.head_commit.message }}
          NPM_TOKEN: ${{ secrets.NPM_TOKEN }}
",
        &["7: `--cache-from type=gha` was left out: Buildah keeps its cache in a registry only."],
    );
}

#[test]
fn lists_may_be_divided_by_commas() {
    check(
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/build-push-action@v6
        with: { tags: \"${{ inputs.tags }}\", labels: 'a=b,c=d', push: true, cache-from: 'type=registry,ref=ghcr.io/a/b:cache' }
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v5
      - run: |
          mapfile -t tags < <(tr ',' '\\n' <<< \"$TAGS\" | grep .)
          buildah build \"${tags[@]/#/--tag=}\" --label a=b,c=d --layers --cache-from ghcr.io/a/b .
          for tag in \"${tags[@]}\"; do
            buildah push \"$tag\" \"docker://$tag\"
          done
        env:
          TAGS: ${{ inputs.tags }}
",
        &[],
    );
}

#[test]
fn several_platforms_make_a_list() {
    check_with(
        "podman",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/setup-qemu-action@v3
      - uses: docker/build-push-action@v6
        id: build
        with:
          context: .
          platforms: |
            linux/amd64
            linux/arm64
          push: true
          tags: user/app:1,localhost:5000/app
      - run: echo ${{ steps.build.outputs.digest }} ${{ steps.build.outputs.metadata }}
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v5
      - uses: docker/setup-qemu-action@v3
      - run: |
          podman build --platform linux/amd64,linux/arm64 --manifest image .
          podman manifest push --all --digestfile \"$RUNNER_TEMP/digest\" image docker://docker.io/user/app:1
          podman manifest push --all --digestfile \"$RUNNER_TEMP/digest\" --tls-verify=false image docker://localhost:5000/app
          echo \"digest=$(cat \"$RUNNER_TEMP/digest\")\" >> \"$GITHUB_OUTPUT\"
        id: build
      - run: echo ${{ steps.build.outputs.digest }} ${{ steps.build.outputs.metadata }}
",
        &["17: It reads an output of the step `build`, which `docker/build-push-action` gave and no command gives."],
    );
}

#[test]
fn container_and_service() {
    check(
        "on: push
env:
  DOCKER_HOST: tcp://docker:2375
jobs:
  image:
    runs-on: [self-hosted, linux]
    container: docker:27
    services:
      docker:
        image: docker:27-dind
        options: --privileged
        env:
          DOCKER_TLS_CERTDIR: ''
    steps:
      - uses: actions/checkout@v5
      - run: docker login -u a -p ${{ secrets.PASSWORD }} ghcr.io
      - run: docker build -t ghcr.io/a/b . && docker push localhost:5000/a
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
",
        "on: push
jobs:
  image:
    runs-on: [self-hosted, linux]
    container:
      image: quay.io/buildah/stable:v1.43.1
      options: --security-opt seccomp=unconfined --security-opt apparmor=unconfined
    env:
      STORAGE_DRIVER: vfs
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v5
      - run: printf %s \"${{ secrets.PASSWORD }}\" | buildah login -u a --password-stdin ghcr.io
      - run: buildah build -t ghcr.io/a/b . && buildah push --tls-verify=false localhost:5000/a
  test:
    runs-on: ubuntu-latest
    steps:
      - run: make test
",
        &[],
    );
}

#[test]
fn socket_and_privilege_go_with_the_daemon() {
    check(
        "on: push
jobs:
  image:
    runs-on: self-hosted
    container:
      image: 'docker:27'
      options: --privileged --cpus 2
      env:
        DOCKER_HOST: unix:///var/run/docker.sock
        A: b
      volumes:
        - /var/run/docker.sock:/var/run/docker.sock
        - cache:/cache
    steps:
      - run: docker build -t a/b .
",
        "on: push
jobs:
  image:
    runs-on: self-hosted
    container:
      image: 'quay.io/buildah/stable:v1.43.1'
      options: --cpus 2 --security-opt seccomp=unconfined --security-opt apparmor=unconfined
      env:
        A: b
      volumes:
        - cache:/cache
    env:
      STORAGE_DRIVER: vfs
      BUILDAH_FORMAT: docker
    steps:
      - run: buildah build -t a/b .
",
        &[],
    );
}

#[test]
fn a_machine_that_stays_is_logged_out() {
    check(
        "on: push
jobs:
  image:
    runs-on: self-hosted
    steps:
      -
        name: Log in
        uses: docker/login-action@v3
        with:
          username: a
          password: ${{ secrets.PASSWORD }}
      -
        uses: docker/setup-buildx-action@v3
      -
        name: Build
        uses: docker/build-push-action@v6
        with:
          tags: ${{ inputs.tags }}
        env:
          A: b",
        "on: push
jobs:
  image:
    runs-on: self-hosted
    env:
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      -
        name: Log in
        run: printf %s \"$REGISTRY_PASSWORD\" | buildah login --username a --password-stdin docker.io
        env:
          REGISTRY_PASSWORD: ${{ secrets.PASSWORD }}
      -
        name: Build
        run: |
          mapfile -t tags < <(tr ',' '\\n' <<< \"$TAGS\" | grep .)
          buildah build \"${tags[@]/#/--tag=}\" .
        shell: bash
        env:
          A: b
          TAGS: ${{ inputs.tags }}
      - if: always()
        run: buildah logout --all",
        &[],
    );
}

#[test]
fn defaults_of_scripts_do_not_reach_actions() {
    check(
        "on: push
defaults:
  run:
    working-directory: app
    shell: pwsh
jobs:
  image:
    runs-on: ubuntu-latest
    env: {A: b}
    steps:
      - uses: actions/checkout@v5
      - with:
          context: .
        env: {B: c}
        uses: docker/build-push-action@v6
      - uses: docker/login-action@v3
        env: {B: c}
        with: {username: 'a', password: '${{ secrets.A }}'}
",
        "on: push
defaults:
  run:
    working-directory: app
    shell: pwsh
jobs:
  image:
    runs-on: ubuntu-latest
    env: {BUILDAH_FORMAT: docker, A: b}
    steps:
      - uses: actions/checkout@v5
      - run: buildah build .
        shell: bash
        working-directory: .
        env: {B: c}
      - run: printf %s \"$REGISTRY_PASSWORD\" | buildah login --username a --password-stdin docker.io
        shell: bash
        working-directory: .
        env: {REGISTRY_PASSWORD: '${{ secrets.A }}', B: c}
",
        &[],
    );
}

#[test]
fn line_breaks_stay() {
    check(
        "on: push\r
jobs:\r
  image:\r
    runs-on: ubuntu-latest\r
    steps:\r
      - uses: docker/setup-buildx-action@v3\r
      - uses: actions/checkout@v5\r
      - uses: docker/build-push-action@v6\r
        with:\r
          tags: a/b\r
          push: true\r
",
        "on: push\r
jobs:\r
  image:\r
    runs-on: ubuntu-latest\r
    env:\r
      BUILDAH_FORMAT: docker\r
    steps:\r
      - uses: actions/checkout@v5\r
      - run: |\r
          buildah build -t a/b .\r
          buildah push a/b docker://docker.io/a/b\r
",
        &[],
    );
}

#[test]
fn what_has_no_match_stays() {
    let job = |step: &str| {
        format!(
            "on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n{step}"
        )
    };
    let build = |with: &str| {
        job(&format!("      - uses: docker/build-push-action@v6\n        with:\n          {with}\n"))
    };
    stays(&job("      - run: docker compose up -d\n"), &["7: Needs Compose: it starts no services."]);
    stays(
        &job("      - uses: docker/bake-action@v6\n"),
        &[
            "7: Needs `docker buildx bake`: it does not read bake files; write one `buildah build` per target.",
        ],
    );
    stays(
        &job("      - uses: docker/login-action@v3\n        with:\n          username: a\n"),
        &["7: The action logs in without a password (OIDC), which `buildah login` can't."],
    );
    stays(
        &job("      - uses: aws-actions/amazon-ecr-login@v2\n"),
        &["7: The action `aws-actions/amazon-ecr-login` calls Docker by itself."],
    );
    stays(
        &build("sbom: true"),
        &["7: `--sbom`: Buildah attaches no SBOM to an image; it can write one to a file."],
    );
    stays(&build("repository: a/b"), &["7: Its input `repository` has no match."]);
    stays(
        &build("outputs: type=image,push=true"),
        &["7: `--output type=image,push=true`: Buildah writes folders and tar files only."],
    );
    stays(
        &build("no-cache: ${{ inputs.fresh }}"),
        &["7: An expression tells `no-cache`: write `true` or leave it out."],
    );
    stays(&build("push: true"), &["7: It pushes and names no image."]);
    stays(
        &job("      - run: docker build .\n").replace("ubuntu-latest", "windows-latest"),
        &["4: Buildah builds on Linux only."],
    );
}

#[test]
fn a_shared_step_stays_with_its_other_job() {
    stays(
        "on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - &build
        uses: docker/build-push-action@v6
        with:
          context: .
  b:
    runs-on: ubuntu-latest
    steps:
      - *build
      - run: docker run -d -p 80:80 a
",
        &[
            "7: It shares these lines with a job that keeps its daemon.",
            "14: Buildah has nothing like `docker run`: It runs no containers; test in a second job on the built image, or in a stage of the Dockerfile.",
        ],
    );
}

#[test]
fn a_loaded_image_is_elsewhere() {
    check(
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: docker/build-push-action@v6
        with:
          context: .
          load: true
          tags: app:test
      - run: make test
",
        "on: push
jobs:
  image:
    runs-on: ubuntu-latest
    env:
      BUILDAH_FORMAT: docker
    steps:
      - uses: actions/checkout@v5
      - run: buildah build -t app:test .
      - run: make test
",
        &[
            "7: The image was in Docker's store and is in Buildah's own now: look at the steps after this one that use it.",
        ],
    );
}
