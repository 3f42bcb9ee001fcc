# What the scripts of this directory share; bash, to be sourced.
# shellcheck shell=bash

repo=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app=$repo/cli-examples/target/app
# A JDK that bin/setup unpacked is where Maven's toolchain discovery looks, too.
# shellcheck disable=SC2034
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
    build_log=$repo/cli-examples/target/build.log
    if ! mvn -B -ntp -q -f "$repo/pom.xml" -pl cli-examples -am -DskipTests package > "$build_log" 2>&1 9>&-; then
      cat "$build_log" >&2
      die "the build failed"
    fi
    touch "$app/built"
  ) 9> "$repo/cli-examples/target/build.lock"
}

# find_command JDK HEAP: sets ecr_command to the command line of the application; a user's arguments follow it.
find_command() {
  local native=("$app"/native/linux/*/glibc)
  # -jar and not -cp: the manifest allows native access, and a flag for it would cost the JDK's archived module graph.
  # The serial collector starts fastest and is the smallest. What is in flight survives a collection: hence the large
  # survivor spaces, without which it would fill the old generation. What is worth compiling in a run of some seconds
  # is called more often than by the JVM's own measure; but SHA-256 and Base64 are, from their first MiB on
  # (docs/performance.md).
  # shellcheck disable=SC2016,SC2054
  ecr_command=("$1/bin/java" -XX:+UseSerialGC -Xms24m -Xmn16m -XX:SurvivorRatio=2 -XX:-UsePerfData
    -XX:CompileThresholdScaling=4 -XX:CompileCommand=quiet
    -XX:CompileCommand=CompileThresholdScaling,sun.security.provider.DigestBase::implCompressMultiBlock0,0.1
    '-XX:CompileCommand=CompileThresholdScaling,java.util.Base64$Encoder::*,0.1'
    -Djava.library.path="${native[0]}" -jar "$app"/lib/cli-examples-*.jar)
  find_cache "$1"
  # Whether the cache fits is looked at above. Where the JVM thinks otherwise, it starts without, and has nothing to say.
  [ -z "$cache" ] || ecr_command=("$1/bin/java" "-XX:AOTCache=$cache" '-Xlog:aot*=off,cds*=off' "${ecr_command[@]:1}")
  ecr_command=("$1/bin/java" "-Xmx$2" "${ecr_command[@]:1}")
}

# find_cache JDK: sets cache to what makes that JDK start the application faster (JEP 483), made if it is missing or of
# another JDK or other jars. Empty where that is impossible: everything works without.
find_cache() {
  local made=$app/cache/${1//\//_} stamp
  cache=''
  stamp="${ecr_command[*]}
$(stat -L -c '%n %s %Y' "$1/release" "$1/lib/server/libjvm.so" "$app"/lib/*.jar 2> /dev/null)" || return 0
  if ! cache_is_of "$stamp"; then
    make_cache "$1" || return 0
    cache_is_of "$stamp" || return 0
  fi
  # An empty one is left by a training that failed, and would again.
  [ ! -s "$made.aot" ] || cache=$made.aot
}

cache_is_of() { [ -r "$made.stamp" ] && [ "$(< "$made.stamp")" = "$1" ]; }

# make_cache JDK: trains the JVM. Who comes while another does goes on without.
make_cache() {
  { mkdir -p "$app/cache" && [ -w "$app/cache" ] && command -v flock > /dev/null; } 2> /dev/null || return 1
  (
    flock -n 9 || exit 1
    cache_is_of "$stamp" && exit 0
    [ ! -t 2 ] || say "Preparing for faster starts (once, some seconds)" >&2
    rm -f "$made".*
    # Compiled lightly while it trains: else the JVM keeps profiles of what it compiles, and spends the first second of
    # every start on compiling that again. What is compiled lightly then stays so: but not the loops of SHA-256 and
    # Base64, which the other compiler replaces by instructions made for them.
    # shellcheck disable=SC2016
    if "$1/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$app"/lib/cli-examples-*.jar \
      io.github.ecrcontainerd.cli.training.Training "$1/bin/java" "-XX:AOTCacheOutput=$made.new" \
      -XX:TieredStopAtLevel=1 -XX:CompileCommand=quiet \
      -XX:CompileCommand=exclude,sun.security.provider.DigestBase::implCompressMultiBlock0 \
      '-XX:CompileCommand=exclude,java.util.Base64$Encoder::encode0' \
      '-XX:CompileCommand=exclude,java.util.Base64$Encoder::encodeBlock' \
      -Xmx80m "${ecr_command[@]:1}" < /dev/null > "$made.log" 2>&1 9>&-; then
      mv "$made.new" "$made.aot"
    else
      rm -f "$made".new*
      : > "$made.aot"
    fi
    printf '%s\n' "$stamp" > "$made.stamp"
  ) 9> "$app/cache/lock"
}

# os NAME: a variable of os-release(5).
os() {
  # shellcheck disable=SC1091
  (. /etc/os-release && echo "${!1:-}")
}

# containerd_version CONTAINERD: prints the version of that program, without what a distribution adds.
containerd_version() {
  local version
  # containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3
  read -r _ _ version _ < <("$1" --version) || return 1
  version=${version#v}
  printf '%s\n' "${version%%[~+]*}"
}

# debian_mirror: prints the address of the mirror that this machine's apt uses. Fails on another system than Debian.
debian_mirror() {
  local mirror
  [ -r /etc/os-release ] && [ "$(os ID)" = debian ] && command -v apt-get > /dev/null || return 1
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$(os VERSION_CODENAME)" '$2 == suite && $3 == "main" { print $1; exit }')
  [ -n "$mirror" ] && printf '%s\n' "$mirror"
}

# unpack_packages SUITE ROOT PACKAGE...: unpacks packages of any suite of Debian below ROOT, and installs nothing. apt
# checks their signatures, in lists of its own, and doesn't know what is installed: else it would not go back.
unpack_packages() {
  local suite=$1 root=$2 mirror
  shift 2
  mirror=$(debian_mirror) || return 1
  (
    set -e
    apt=$(mktemp -d)
    trap 'rm -rf "$apt"' EXIT
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
    : > "$apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$apt/sources.list"
    options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$apt/lists"
      -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" -o Acquire::Languages=none
      -o APT::Sandbox::User=root)
    cd "$apt/debs"
    apt-get -qq "${options[@]}" update && apt-get -qq "${options[@]}" download "$@" || exit 1
    for deb in *.deb; do
      dpkg -x "$deb" "$root" || exit 1
    done
  )
}

# A containerd of one's own, as the tests have it (PrivateContainerd): everything below one directory, and a
# mount namespace whose /run is there, too, because shims, runc and ctr have constant paths below /run.

# start_containerd DIR: starts one on DIR/c.sock, whose process is then $containerd_pid.
start_containerd() {
  mkdir -p "$1/run"
  cat > "$1/config.toml" << TOML
version = 2
root = "$(overlay_root "$1")"
state = "$1/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$1/c.sock"
[plugins."io.containerd.internal.v1.opt"]
path = "$1/opt"
TOML
  # shellcheck disable=SC2016
  unshare --mount --propagation slave sh -c 'mount --bind "$1/run" /run && exec containerd --config "$1/config.toml"' \
    sh "$1" > "$1/containerd.log" 2>&1 &
  containerd_pid=$!
  # ctr waits for the socket.
  if ! ctr --address "$1/c.sock" --connect-timeout 20s version > /dev/null 2>&1; then
    cat "$1/containerd.log" >&2
    die "containerd did not start"
  fi
  containerd_namespace=$(readlink "/proc/$containerd_pid/ns/mnt")
  # Held open: else the kernel could give its number to another's, whose processes would be taken for the daemon's.
  exec {containerd_namespace_held}< "/proc/$containerd_pid/ns/mnt"
}

# overlay_root DIR: where containerd's overlays can be: below DIR, but not in a container's own root.
overlay_root() {
  if [ "$(stat -f -c %T "$1")" = overlayfs ]; then
    mkdir -p "$repo/target"
    mktemp -d "$repo/target/containerd.XXXXXX"
  else
    echo "$1/root"
  fi
}

# containerd_run DIR COMMAND...: runs it where the daemon's mounts and its /run are.
containerd_run() { nsenter --target "$containerd_pid" --mount "${@:2}"; }

# stop_containerd DIR: ends it with its shims and containers, and removes their control groups and files.
# Prints what it could not remove.
stop_containerd() {
  local root groups=() group mounted type tasks left
  root=$(sed -n 's/^root = "\(.*\)"$/\1/p' "$1/config.toml")
  while read -r _ mounted type _; do
    case $type in cgroup | cgroup2) ;; *) continue ;; esac
    for tasks in "$1"/state/io.containerd.runtime.v2.task/*/* "$root"/io.containerd.runtime.v2.task/*; do
      [ -d "$tasks" ] && groups+=("$mounted/${tasks#*/io.containerd.runtime.v2.task/}")
    done
  done < /proc/mounts
  kill "$containerd_pid" 2> /dev/null || true
  wait "$containerd_pid" 2> /dev/null || true
  # Only their parent is told when shims end, and that is not this shell.
  for _ in {1..100}; do
    left=$(processes_of "$1" "$root")
    [ -n "$left" ] || break
    # shellcheck disable=SC2086
    kill -KILL $left 2> /dev/null || true
    sleep 0.05
  done
  for group in ${groups[@]+"${groups[@]}"}; do
    rmdir "$group" 2> /dev/null || true
  done
  if grep -qF " $1/" /proc/self/mountinfo; then
    grep -F " $1/" /proc/self/mountinfo
  else
    rm -rf "$1" "$root"
  fi
  processes_of "$1" "$root"
  [ ! -e "$1" ] || say "$1"
  [ -z "${containerd_namespace_held:-}" ] || exec {containerd_namespace_held}<&-
}

# processes_of DIR ROOT: the processes in the daemon's mount namespace, and those of its containers, whose root
# file system is in its directories. One that has ended has neither.
processes_of() {
  {
    find /proc/[0-9]*/ns/mnt -maxdepth 0 -lname "${containerd_namespace:-none}" 2> /dev/null || true
    grep -lsE "^[^ ]+ [^ ]+ [^ ]+ ([^ ]*($1|$2)/[^ ]* / |[^ ]+ / .*($1|$2)/)" /proc/[0-9]*/mountinfo || true
  } | cut -d / -f 3 | sort -u
}
