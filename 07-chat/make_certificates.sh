#!/bin/sh
# A certificate authority of your own, and a certificate that it has signed for
# this machine. All files go into the folder DIR:
#
#   $ ./make_certificates.sh DIR
#
# Keys are not protected by a pass phrase: a server could not start alone.
set -eu
umask 077
mkdir -p "$1"
cd "$1"

# The CA: a key, and a certificate in which it vouches for itself.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout ca.key -out ca.pem -days 365 -subj '/CN=Our own CA'

# The server: a key, and a request with the names it wants to be known by.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout server.key -out server.csr -subj '/CN=localhost' \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1'

# The CA has a look at them (a real one asks for a proof) and signs.
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key \
    -copy_extensions copy -days 30 -out server.pem
