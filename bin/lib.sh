# What the scripts of this directory share; bash, to be sourced.
# shellcheck shell=bash

repo=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app=$repo/cli-examples/target/app
# A JDK that bin/setup unpacked is where Maven's toolchain discovery looks, too.
unpacked_jdk=$HOME/.jdks/ecr-containerd-25

say() { printf '%s\n' "$*"; }
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  complain "$@"
  exit 1
}

# is_jdk25 HOME: whether that is one, by the file that every JDK has beside its bin.
is_jdk25() {
  local line
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      'JAVA_VERSION="25"' | 'JAVA_VERSION="25.'* | 'JAVA_VERSION="25+'*) return 0 ;;
    esac
  done < "$1/release"
  return 1
}

# find_jdk25: prints the home of one. What the user chose comes first.
find_jdk25() {
  local home on_path
  on_path=$(command -v java || true)
  for home in \
    ${JAVA_HOME:+"$JAVA_HOME"} ${JDK_HOME:+"$JDK_HOME"} ${JAVA25_HOME:+"$JAVA25_HOME"} \
    ${on_path:+"$(dirname "$(dirname "$(readlink -f "$on_path")")")"} \
    /usr/lib/jvm/* /usr/lib64/jvm/* /opt/java/* /usr/java/* /usr/local/java/* /opt/hostedtoolcache/*/*/x64 \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.m2/jdks/* "$HOME"/.gradle/jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk25 "$home"; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}

# app_is_current: whether the application is built, and newer than what it is built from.
app_is_current() {
  local reference sources=("$repo/pom.xml") module
  for module in ecr-resolver-api ecr-resolver-impl containerd-client ecr-local cli-examples; do
    sources+=("$repo/$module/pom.xml" "$repo/$module/src/main")
  done
  [ -d "$app/lib" ] || return 1
  # Maven doesn't write a jar again whose contents are the same: then only our stamp is new.
  for reference in "$app/built" "$app"/lib/*-SNAPSHOT.jar; do
    if [ -e "$reference" ] && [ -z "$(find "${sources[@]}" -newer "$reference" -print -quit)" ]; then
      return 0
    fi
  done
  return 1
}

# build_app: builds the application where it is missing or old. Two at a time would disturb each other.
build_app() {
  app_is_current && return 0
  command -v mvn > /dev/null || die "the application is not built, and Maven is missing: run bin/setup"
  find_jdk25 > /dev/null || die "the application is not built, and a JDK 25 is missing: run bin/setup"
  mkdir -p "$repo/cli-examples/target"
  (
    flock 9
    app_is_current && exit 0
    say "Building (the first time takes a minute or two: Maven fetches what it needs)" >&2
    log=$repo/cli-examples/target/build.log
    if ! mvn -B -ntp -q -f "$repo/pom.xml" -pl cli-examples -am -DskipTests package > "$log" 2>&1 9>&-; then
      cat "$log" >&2
      die "the build failed"
    fi
    touch "$app/built"
  ) 9> "$repo/cli-examples/target/build.lock"
}
