# Starts the command ecr: sets the JVM's flags and environment, for a checkout (bin/ecr) and for a package (ecr, beside
# this file); POSIX sh, to be sourced.
# shellcheck shell=sh

# command_line JAVA APP CACHE HEAP CALL [ARGUMENT...]: calls CALL with the command line of the application in the
# directory APP, and the arguments. CACHE is an AOT cache of that JVM and these jars (JEP 483), or empty; HEAP is what
# -Xmx takes.
command_line() {
  # The native code of one platform, in a directory named after it.
  for native in "$2"/native/linux/*/glibc; do :; done
  launch_java=$1 launch_app=$2 launch_cache=$3 launch_heap=$4 launch_call=$5
  shift 5
  # -jar and not -cp: the manifest allows native access, and a flag for it would cost the JDK's archived module graph.
  # The serial collector starts fastest and is the smallest. Data in flight survives a collection: hence the large
  # survivor spaces, without which it would fill the old generation. In a run of some seconds, the JVM's usual threshold
  # compiles too many methods, so it is raised; but SHA-256 and Base64 are compiled from their first MiB on
  # (docs/performance.md).
  # shellcheck disable=SC2016
  set -- -XX:+UseSerialGC -Xms24m -Xmn16m -XX:SurvivorRatio=2 -XX:-UsePerfData \
    -XX:CompileThresholdScaling=4 -XX:CompileCommand=quiet \
    -XX:CompileCommand=CompileThresholdScaling,sun.security.provider.DigestBase::implCompressMultiBlock0,0.1 \
    '-XX:CompileCommand=CompileThresholdScaling,java.util.Base64$Encoder::*,0.1' \
    -Xlog:os+thread=off "-Djava.library.path=$native" -jar "$launch_app/lib/ecr.jar" "$@"
  # The caller checks that the cache fits. If the JVM still rejects it, it starts without the cache, and prints nothing.
  [ -z "$launch_cache" ] || set -- "-XX:AOTCache=$launch_cache" '-Xlog:aot*=off,cds*=off' "$@"
  "$launch_call" "$launch_java" "-Xmx$launch_heap" "$@"
}

# launch JAVA APP CACHE HELP_CACHE [ARGUMENT...]: replaces this process by the application. A command that only shows help
# or a version uses HELP_CACHE, which is a smaller one.
launch() {
  run_java=$1 run_app=$2 run_cache=$3 help_cache=$4
  shift 4
  # A JVM gives the number of a closed descriptor to one of its files or sockets, and would write its output there.
  # Output that can't be written is an error, as it should be; words about it go nowhere.
  [ -e /dev/fd/0 ] || exec < /dev/null
  [ -e /dev/fd/1 ] || [ ! -e /dev/full ] || exec > /dev/full
  [ -e /dev/fd/2 ] || exec 2> /dev/null
  # A JVM encodes file names by the locale. In a locale other than UTF-8 it replaces characters that the locale lacks by
  # question marks, and opens another file. The chosen locale may not exist on this system.
  [ "$(locale charmap 2> /dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
  case ${1:-help} in help | completion) run_cache=$help_cache ;; esac
  for text in "$PWD" "$run_app" "$@"; do
    case $text in
      -h | --help | -V | --version) run_cache=$help_cache ;;
      *[!\ -~]*)
        if ! printf %s "$text" | iconv -f UTF-8 -t UTF-8 > /dev/null 2>&1; then
          printf "ecr: '%s' is not UTF-8, and ecr can't name such files: rename it\n" \
            "$(printf %s "$text" | LC_ALL=C tr -c '\40-\176' '?')" >&2
          exit 1
        fi
        ;;
    esac
  done
  # The heap that a command needs: a pull's buffers are smaller than the parts of an upload.
  most=80m
  case ${1:-} in push | copy) most=96m ;; esac
  # The CRT's TLS knows only OpenSSL's variable.
  [ -z "${AWS_CA_BUNDLE:-}" ] || export SSL_CERT_FILE="$AWS_CA_BUNDLE"
  # On a system without authorities the CRT makes no client at all. A package brings its own; a checkout has none.
  if [ -z "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] && [ -r "$run_app/authorities.pem" ] && ! system_has_authorities; then
    export SSL_CERT_FILE="$run_app/authorities.pem"
  fi
  # Otherwise glibc would keep memory for each of many threads.
  export MALLOC_ARENA_MAX=2
  command_line "$run_java" "$run_app" "$run_cache" "$most" exec "$@"
}

# The files that the CRT's library (aws-c-io) and Trust.java look for.
system_has_authorities() {
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/cert.pem; do
    [ ! -r "$bundle" ] || return 0
  done
  return 1
}
