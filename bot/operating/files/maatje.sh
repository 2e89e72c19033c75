#!/bin/sh
# /usr/local/bin/maatje: commands as the service's user, with the service's settings; your name stands in the audit log.
set -eu
if [ "$(id -un)" != maatje ]; then
    exec sudo -u maatje MAATJE_OPERATOR="${SUDO_USER:-$(id -un)}" "$0" "$@"
fi
set -a
. /etc/maatje/maatje.env
exec /opt/maatje/bin/maatje "$@"
