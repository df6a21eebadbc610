# Nightly, in a container that has the machine's socket.
docker run --rm -v /var/run/docker.sock:/var/run/docker.sock docker:29-cli docker system prune -a
