#!/usr/bin/env bash
# try-deb.sh ROOT DEB: installs, upgrades, removes and purges the package in a Debian root (as root; chroot, no systemd running):
#   debootstrap --variant=minbase --include=systemd,nodejs,ffmpeg,ca-certificates trixie ROOT
# Prints what it looks at; ends with 0 when all of it is as it should be.
set -euo pipefail
root=$1 deb=$2
in_root() { chroot "$root" /bin/sh -ec "$1"; }
check() { if in_root "$1"; then echo "ok   $2"; else echo "FAIL $2"; exit 1; fi; }
next=$(mktemp -d)
trap 'rm -rf "$next"; umount "$root/proc" 2>/dev/null || true' EXIT
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"

cp "$deb" "$root/root/framewarden.deb"
dpkg-deb -R "$deb" "$next/tree"
sed -i 's/^Version: .*/&+next/' "$next/tree/DEBIAN/control"
echo '# a later default' >>"$next/tree/etc/framewarden/config.yaml"
dpkg-deb --build --root-owner-group -Znone "$next/tree" "$root/root/next.deb" >/dev/null

in_root 'dpkg -i /root/framewarden.deb' >/dev/null
check 'framewarden --version && framewarden models verify camera' 'installed: runs, its bundle is whole'
check '[ "$(stat -c %U:%a /var/lib/framewarden)" = framewarden:700 ]' 'the state is its own user'"'"'s'
check '[ "$(stat -c %U:%a /etc/framewarden/credentials)" = root:700 ]' 'secrets are root'"'"'s'
check 'framewarden check-config --no-secrets /etc/framewarden/config.yaml' 'the configuration that comes with it is right'
check 'cd /tmp && ffmpeg -v error -y -i /usr/lib/framewarden/assets/street.mp4 -t 2 -c copy c.mp4 && framewarden scan c.mp4' 'judges a clip'
check 'systemd-analyze verify /usr/lib/systemd/system/framewarden.service' 'systemd takes its unit'

in_root 'sed -i s/^unit:.*/unit:\ mine/ /etc/framewarden/config.yaml && touch /var/lib/framewarden/kept'
in_root 'dpkg --force-confold -i /root/next.deb' >/dev/null 2>&1
check 'dpkg -s framewarden | grep -q "^Version: .*+next"' 'upgraded'
check 'grep -q "^unit: mine" /etc/framewarden/config.yaml && [ -e /var/lib/framewarden/kept ]' 'an upgrade keeps configuration and state'
check '! grep -rq "later default" /etc/framewarden/config.yaml' 'and does not mix the new default into it'

in_root 'dpkg -r framewarden' >/dev/null 2>&1
check '[ ! -e /usr/bin/framewarden ] && [ -e /etc/framewarden/config.yaml ] && [ -e /var/lib/framewarden/kept ]' 'removed: configuration and state stay'
in_root 'dpkg -P framewarden' >/dev/null 2>&1
check '[ ! -e /etc/framewarden ] && [ ! -e /var/lib/framewarden ] && [ ! -e /usr/lib/framewarden ]' 'purged: nothing stays but the user'
