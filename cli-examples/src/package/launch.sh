# How the command ecr starts: the JVM's flags and its environment, for a checkout (bin/ecr) and for a package (ecr, beside
# this file); POSIX sh, to be sourced.
# shellcheck shell=sh

# command_line JAVA APP CACHE HEAP CALL [ARGUMENT...]: calls CALL with the command line of the application in the
# directory APP, and the arguments. CACHE is an AOT cache of that JVM and these jars (JEP 483), or empty; HEAP is what
# -Xmx takes.
command_line() {
  # The native code of one platform, below the name of that.
  for native in "$2"/native/linux/*/glibc; do :; done
  launch_java=$1 launch_app=$2 launch_cache=$3 launch_heap=$4 launch_call=$5
  shift 5
  # -jar and not -cp: the manifest allows native access, and a flag for it would cost the JDK's archived module graph.
  # The serial collector starts fastest and is the smallest. What is in flight survives a collection: hence the large
  # survivor spaces, without which it would fill the old generation. What is worth compiling in a run of some seconds
  # is called more often than by the JVM's own measure; but SHA-256 and Base64 are, from their first MiB on
  # (docs/performance.md).
  # shellcheck disable=SC2016
  set -- -XX:+UseSerialGC -Xms24m -Xmn16m -XX:SurvivorRatio=2 -XX:-UsePerfData \
    -XX:CompileThresholdScaling=4 -XX:CompileCommand=quiet \
    -XX:CompileCommand=CompileThresholdScaling,sun.security.provider.DigestBase::implCompressMultiBlock0,0.1 \
    '-XX:CompileCommand=CompileThresholdScaling,java.util.Base64$Encoder::*,0.1' \
    -Xlog:os+thread=off "-Djava.library.path=$native" -jar "$launch_app/lib/ecr.jar" "$@"
  # Who starts it looks whether the cache fits. Where the JVM thinks otherwise, it starts without, and has nothing to say.
  [ -z "$launch_cache" ] || set -- "-XX:AOTCache=$launch_cache" '-Xlog:aot*=off,cds*=off' "$@"
  "$launch_call" "$launch_java" "-Xmx$launch_heap" "$@"
}

# launch JAVA APP CACHE HELP_CACHE [ARGUMENT...]: becomes the application. What only shows help or a version starts with
# HELP_CACHE, which is a smaller one.
launch() {
  run_java=$1 run_app=$2 run_cache=$3 help_cache=$4
  shift 4
  # A JVM translates the names of files by the locale's encoding. In any other than UTF-8 it replaces what that lacks by
  # question marks, and opens another file. A locale that is chosen may not be there.
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
  # What a command holds at most: a pull's buffers are smaller than the parts of an upload.
  most=80m
  case ${1:-} in push | copy) most=96m ;; esac
  # The CRT's TLS knows OpenSSL's variable only.
  [ -z "${AWS_CA_BUNDLE:-}" ] || export SSL_CERT_FILE="$AWS_CA_BUNDLE"
  # Where a system has no authorities, the CRT makes no client at all: there a package has some (a checkout has none).
  if [ -z "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] && [ -r "$run_app/authorities.pem" ] && ! system_has_authorities; then
    export SSL_CERT_FILE="$run_app/authorities.pem"
  fi
  # glibc would keep memory for each of many threads.
  export MALLOC_ARENA_MAX=2
  command_line "$run_java" "$run_app" "$run_cache" "$most" exec "$@"
}

# The places that the CRT's library looks at (aws-c-io), and Trust.java.
system_has_authorities() {
  for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem \
    /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem /etc/ssl/cert.pem; do
    [ ! -r "$bundle" ] || return 0
  done
  return 1
}
