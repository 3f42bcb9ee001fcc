# What the scripts of this directory share; bash, to be sourced.
# shellcheck shell=bash

script=${BASH_SOURCE[-1]}
[[ $script = /* ]] || script=$PWD/$script
arguments=("$@")
repo=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app=$repo/cli-examples/target/app
# shellcheck source=cli-examples/src/package/launch.sh
. "$repo/cli-examples/src/package/launch.sh"

# The environment may lack all of these. If HOME is unset, the shell looks ~ up in the list of users.
[ -n "${HOME:-}" ] || {
  unset HOME
  HOME=~
}
export HOME
if [ ! -d "${TMPDIR:-/tmp}" ] || [ ! -w "${TMPDIR:-/tmp}" ]; then unset TMPDIR; fi
# Debian has runc, mount and debootstrap there. su leaves these directories out of root's path.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
# A JVM encodes file names by the locale. In a locale other than UTF-8 it replaces characters that the locale lacks by
# question marks, and opens another file. Only in UTF-8 are these three bytes one character.
euro_sign=$'\342\202\254' locale=UTF-8
if [ ${#euro_sign} != 1 ]; then
  # shellcheck disable=SC2034
  locale='not UTF-8, so the scripts take C.UTF-8'
  { export LC_ALL=C.UTF-8; } 2> /dev/null
fi

say() { printf '%s\n' "$*"; }
complain() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  complain "$@"
  exit 1
}

have() { command -v "$1" > /dev/null 2>&1; }
is_root() { [ "$EUID" = 0 ]; }

# Each script describes itself in its first comment.
describe() { sed -n -e '1d; /^#/!q; s/^# \{0,1\}//p' "$script"; }

# answer_help ARGUMENTS: ends the script with its description if the first of its arguments asks for that.
answer_help() {
  case ${1:-} in
    -h | --help)
      describe
      exit 0
      ;;
  esac
}

# reject_usage WHAT: ends a script whose command line is wrong.
reject_usage() {
  complain "$1. ${script##*/} --help says more"
  exit 2
}

# is_writable DIR: whether DIR can be written to, or be made; an absolute path.
is_writable() {
  local dir=$1
  while [ ! -e "$dir/" ]; do dir=${dir%/*}; done
  [ -d "$dir/" ] && [ -w "$dir" ]
}

# The directory for what the scripts keep for later runs. The XDG specification ignores a path that is not absolute.
case ${XDG_CACHE_HOME:-} in
  /*) cache_home=$XDG_CACHE_HOME/ecr-containerd ;;
  *) cache_home=$HOME/.cache/ecr-containerd ;;
esac
is_writable "$cache_home" || cache_home=$repo/target/cache

# bin/setup unpacks a JDK 25 here: as root for all users, otherwise for this user. Maven's toolchain discovery looks in
# both directories.
# shellcheck disable=SC2034
if is_root; then unpacked_jdk=/opt/java/ecr-containerd-25; else unpacked_jdk=$HOME/.jdks/ecr-containerd-25; fi
# bin/setup unpacks Maven here for a user who can't install it.
unpacked_maven=$HOME/.local/share/ecr-containerd/maven

# is_jdk25 HOME: whether it is a JDK 25, by the file release that every JDK has.
is_jdk25() {
  local line
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      'JAVA_VERSION="25"' | 'JAVA_VERSION="25.'* | 'JAVA_VERSION="25+'*) return 0 ;;
    esac
  done < "$1/release"
  return 1
}

# is_open_to_all DIR: whether every user can enter it.
is_open_to_all() {
  local dir
  dir=$(readlink -f "$1")
  while [ "$dir" != / ]; do
    case $(stat -c %A "$dir") in *[xt]) dir=$(dirname "$dir") ;; *) return 1 ;; esac
  done
}

# find_jdk25 [all]: prints the home of a JDK 25, or of one that all users can run. The user's choice comes first.
find_jdk25() {
  local home on_path
  on_path=$(command -v java || true)
  for home in \
    ${JAVA_HOME:+"$JAVA_HOME"} ${JDK_HOME:+"$JDK_HOME"} ${JAVA25_HOME:+"$JAVA25_HOME"} \
    ${on_path:+"$(dirname "$(dirname "$(readlink -f "$on_path")")")"} \
    /usr/lib/jvm/* /usr/lib64/jvm/* /opt/java/* /usr/java/* /usr/local/java/* /opt/hostedtoolcache/*/*/x64 \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.m2/jdks/* "$HOME"/.gradle/jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_jdk25 "$home" && { [ "${1:-}" != all ] || is_open_to_all "$home"; }; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}

# find_maven: prints the path of Maven 3.8 or newer.
find_maven() {
  local maven
  for maven in "$(command -v mvn || true)" "$unpacked_maven/bin/mvn"; do
    if [ -x "$maven" ] && [ "$(printf '3.8\n%s\n' "$(maven_version "$maven")" | sort -V | head -n 1)" = 3.8 ]; then
      printf '%s\n' "$maven"
      return 0
    fi
  done
  return 1
}

# maven_version MVN: prints its version. Debian's package is asked first, because a JVM starts slowly.
maven_version() {
  local home version
  home=$(dirname "$(dirname "$(readlink -f "$1")")")
  if [ -r "$home/version" ]; then
    cat "$home/version"
  elif [ "$home" = /usr/share/maven ] && version=$(dpkg-query -W -f '${Version}' maven 2> /dev/null); then
    printf '%s\n' "${version%%-*}"
  else
    JAVA_HOME=$(find_jdk25) MAVEN_OPTS=-XX:-UsePerfData "$1" -v -q 2> /dev/null | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1
  fi
}

# maven ARGUMENTS: runs Maven on the JDK 25. The build then needs no toolchain, and the formatter can parse our sources;
# Maven's own libraries are older than that JVM. If Maven's usual directory can't be written, its repository is in our
# cache.
maven() {
  local jdk mvn home repository=() status=0
  jdk=$(find_jdk25 all || find_jdk25) || die "no JDK 25 here: run bin/setup build"
  mvn=$(find_maven) || die "no Maven here: run bin/setup build"
  # Not $HOME: a JVM takes the home directory from the list of users.
  home=$(getent passwd "$EUID" | cut -d : -f 6)
  is_writable "${home:-$HOME}/.m2/repository" || repository=("-Dmaven.repo.local=$cache_home/m2")
  JAVA_HOME=$jdk MAVEN_OPTS="--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    "$mvn" -B -ntp -f "$repo/pom.xml" ${repository[@]+"${repository[@]}"} "$@" || status=$?
  give_back
  return $status
}

# give_back: gives what root has built to the owner of the checkout, who otherwise could not build any more. The
# directories of daemons stay root's.
give_back() {
  local owner
  is_root || return 0
  owner=$(stat -c %u:%g "$repo")
  [ "${owner%:*}" != 0 ] || return 0
  find "$repo" -xdev \( -name .git -o -path "$repo/target/overlays" \) -prune -o \
    -user 0 \( -name target -o -path '*/target/*' \) -exec chown -h "$owner" {} + ||
    complain "some of what was built in $repo stays root's"
}

# end_with COMMAND...: ends the script with that command, as exec does.
end_with() {
  local status=0
  if ! is_root || [ "$(stat -c %u "$repo")" = 0 ]; then
    exec "$@"
  fi
  "$@" || status=$?
  give_back
  exit $status
}

# app_is_current: whether the application is built, and newer than what it is built from.
app_is_current() {
  local reference sources=("$repo/pom.xml") module
  for module in ecr-resolver-api ecr-resolver-impl containerd-client ecr-local cli-examples; do
    sources+=("$repo/$module/pom.xml" "$repo/$module/src/main")
  done
  [ -d "$app/lib" ] || return 1
  # Maven doesn't rewrite a jar with the same contents: then only our stamp is new.
  for reference in "$app/built" "$app"/lib/ecr.jar; do
    if [ -e "$reference" ] && [ -z "$(find "${sources[@]}" -newer "$reference" -print -quit)" ]; then
      return 0
    fi
  done
  return 1
}

# build_app: builds the application where it is missing or old.
build_app() { app_is_current || build app_is_current -pl cli-examples -am; }

# build IS_CURRENT ARGUMENTS: packages with Maven what ARGUMENTS select, unless IS_CURRENT succeeds. A lock keeps two
# builds from running at the same time.
build() {
  local is_current=$1 target=$repo/cli-examples/target directory
  shift
  find_jdk25 > /dev/null || die "not built yet, and a JDK 25 is missing: run bin/setup build, or set JAVA_HOME to one"
  find_maven > /dev/null || die "not built yet, and Maven is missing: run bin/setup build"
  for directory in "$repo" "$repo"/target "$repo"/*/target; do
    if [ -e "$directory" ] && [ ! -w "$directory" ]; then
      die "can't build in $directory, which is $(stat -c %U "$directory")'s. To change that: sudo chown -R $(id -un) $repo"
    fi
  done
  mkdir -p "$target"
  (
    flock 9
    "$is_current" && exit 0
    say "Building (the first time takes a minute or two: Maven fetches what it needs)" >&2
    if ! maven -q "$@" -DskipTests package > "$target/build.log" 2>&1 9>&-; then
      cat "$target/build.log" >&2
      die "the build failed"
    fi
    touch "$app/built"
    give_back
  ) 9> "$target/build.lock"
}

# find_cache JDK: sets cache to the AOT cache with which that JDK starts the application faster (JEP 483). Makes it if it
# is missing, or is for another JDK or other jars. Sets it to nothing if that is impossible: everything works without.
find_cache() {
  local made=$app/cache/${1//\//_} stamp
  cache=''
  stamp=$(command_line "$1/bin/java" "$app" '' 80m print_lines) || return 0
  stamp+=$'\n'$(stat -L -c '%n %s %Y' "$1/release" "$1/lib/server/libjvm.so" "$app/lib/ecr.jar" 2> /dev/null) || return 0
  if ! cache_is_of "$stamp"; then
    make_cache "$1" || return 0
    cache_is_of "$stamp" || return 0
  fi
  # A failed training leaves an empty cache, because it would fail again.
  # shellcheck disable=SC2034
  [ ! -s "$made.aot" ] || cache=$made.aot
}

print_lines() { printf '%s\n' "$@"; }

cache_is_of() { [ -r "$made.stamp" ] && [ "$(< "$made.stamp")" = "$1" ]; }

# make_cache JDK: trains the JVM. Fails if another process is training: the caller then goes on without a cache.
make_cache() {
  { mkdir -p "$app/cache" && [ -w "$app/cache" ] && command -v flock > /dev/null; } 2> /dev/null || return 1
  (
    flock -n 9 || exit 1
    cache_is_of "$stamp" && exit 0
    [ ! -t 2 ] || say "Preparing for faster starts (once, some seconds)" >&2
    rm -f "$made".*
    if train "$1/bin/java" "$app" "$made.new" > "$made.log" 2>&1 9>&-; then
      mv "$made.new" "$made.aot"
    else
      rm -f "$made".new*
      : > "$made.aot"
    fi
    printf '%s\n' "$stamp" > "$made.stamp"
  ) 9> "$app/cache/lock" || return 1
  give_back
}

# train JAVA APP CACHE: writes the AOT cache of the application in APP for that JVM.
train() {
  trained_cache=$3
  command_line "$1" "$2" '' 80m pull_in_training < /dev/null
}

# pull_in_training JAVA FLAG... -jar JAR: what train calls. It limits the JVM to its light compiler: otherwise the cache
# would have profiles for which the JVM compiles code again in the first second of every start. Code that is compiled
# lightly then stays so; the loops of SHA-256 and Base64 are excluded, because the other compiler uses special
# instructions for them.
pull_in_training() {
  local java=$1 jar=${*: -1} package=io.github.ecrcontainerd.cli
  # shellcheck disable=SC2016
  "$java" -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 -cp "$jar" $package.training.Training \
    "$java" "-XX:AOTCacheOutput=$trained_cache" -XX:TieredStopAtLevel=1 -XX:CompileCommand=quiet \
    -XX:CompileCommand=exclude,sun.security.provider.DigestBase::implCompressMultiBlock0 \
    '-XX:CompileCommand=exclude,java.util.Base64$Encoder::encode0' \
    '-XX:CompileCommand=exclude,java.util.Base64$Encoder::encodeBlock' \
    "${@:2:$#-3}" -cp "$jar" $package.Rehearsal
}

# os NAME: a variable of os-release(5).
os() {
  # shellcheck disable=SC1091
  (. /etc/os-release && echo "${!1:-}")
}

# run_class CLASS OPTION...: builds, and runs one class of integration tests against the containerd that is installed. The
# options are those of its JVM (-Dit.NAME=VALUE reaches the tests), and --tls.
run_class() {
  local class=$1 option installed tls='' properties=()
  shift
  for option in "$@"; do
    case $option in
      --tls) tls=1 ;;
      *) properties+=("$option") ;;
    esac
  done
  maven -q package -pl it -am -DskipTests || return
  # Makes the application's cache, which would take the time of a test's first command.
  "$repo/bin/ecr" --version > /dev/null || return
  installed=$(command -v containerd) || return
  (
    cd "$repo/it" || exit
    "$(find_jdk25 all)/bin/java" "${properties[@]}" -XX:+UseSerialGC -XX:-UsePerfData \
      -cp "target/test-classes:$(< target/test-class-path)" io.github.ecrcontainerd.it.matrix.Matrix ${tls:+--tls} \
      --daemon="$(containerd_version "$installed")=$(dirname "$installed")" "$class"
  )
}

# containerd_version CONTAINERD: prints the version of that program, without what a distribution adds.
containerd_version() {
  local version
  # containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3
  read -r _ _ version _ < <("$1" --version) || return 1
  version=${version#v}
  printf '%s\n' "${version%%[~+]*}"
}

# debian_mirror: prints the address of the mirror that this machine's apt uses. Fails on systems other than Debian.
debian_mirror() {
  local mirror
  [ -r /etc/os-release ] && [ "$(os ID)" = debian ] && command -v apt-get > /dev/null || return 1
  # This also works if apt has no lists yet, as in a container: apt then knows only RELEASE, from its sources.
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --no-release-info --format '$(REPO_URI) $(CODENAME) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' |
    awk -v suite="$(os VERSION_CODENAME)" '($2 == suite || $3 == suite) && $NF == "main" { print $1; exit }')
  [ -n "$mirror" ] && printf '%s\n' "$mirror"
}

# make_debian SUITE TAR PACKAGES [TAR_OPTION...]: writes an archive of a minimal Debian with these packages, separated by
# commas, with debootstrap. debootstrap's mounts are in a mount namespace that ends with it.
make_debian() {
  local suite=$1 archive=$2 packages=$3 mirror
  shift 3
  if ! mirror=$(debian_mirror) && [ "$(os ID)" = debian ]; then
    # Before its first update apt doesn't know what its mirrors have.
    apt-get -qq update
    mirror=$(debian_mirror) || die "apt has no mirror of Debian's main component"
  fi
  mkdir -p "$(dirname "$archive")"
  (
    made=$(mktemp -d "$(dirname "$archive")/.making.XXXXXX")
    trap 'rm -rf --one-file-system "$made"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if ! unshare --mount --propagation private debootstrap --variant=minbase ${packages:+"--include=$packages"} \
      "$suite" "$made/root" ${mirror:+"$mirror"} > "$made/log" 2>&1; then
      tail -n 30 "$made/log" >&2
      die "debootstrap can't make Debian's $suite"
    fi
    tar -C "$made/root" --exclude='./dev/*' --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' "$@" \
      -cf "$made/tar" .
    mv "$made/tar" "$archive"
  )
}

# unpack_packages SUITE ROOT PACKAGE...: unpacks packages of any suite of Debian below ROOT, and installs nothing. apt
# checks their signatures with its own lists, and doesn't see the installed packages: otherwise it would refuse a
# downgrade. PACKAGE may be "java:NAME": then the Java libraries that NAME depends on are unpacked, too.
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
    apt-get -qq "${options[@]}" update || exit 1
    packages=()
    for package in "$@"; do
      packages+=("${package#java:}")
      [ "$package" != "${package#java:}" ] || continue
      mapfile -t -O ${#packages[@]} packages < <(
        apt-cache "${options[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
          --no-replaces --no-enhances "${package#java:}" | grep -xE 'lib[a-z0-9.+-]+-java'
      )
    done
    apt-get -qq "${options[@]}" download "${packages[@]}" || exit 1
    for deb in *.deb; do
      dpkg -x "$deb" "$root" || exit 1
    done
  )
}

# A private containerd, as in the tests (PrivateContainerd): all its files are below one directory, also the /run of its
# mount namespace, because shims, runc and ctr use fixed paths below /run.

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
  # Hold the namespace open: otherwise the kernel could reuse its number, and other processes be taken for the daemon's.
  exec {containerd_namespace_held}< "/proc/$containerd_pid/ns/mnt"
}

# holds_overlays DIR: whether an overlay can have its upper directory there: not on another overlay, as in a container.
holds_overlays() {
  local trial status=0
  trial=$(mktemp -d "$1/overlay.XXXXXX" 2> /dev/null) || return 1
  mkdir "$trial"/{lower,upper,work,merged}
  unshare --mount --propagation private mount -t overlay overlay \
    -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" "$trial/merged" 2> /dev/null || status=1
  rm -rf "$trial"
  return $status
}

# place_for_overlays: prints a directory whose file system can hold overlays, preferably /tmp, where daemons have their
# files.
place_for_overlays() {
  local directory
  for directory in /tmp /var/tmp "$repo"; do
    # A colon or a comma would separate an overlay's options, and processes_of matches the path in mountinfo.
    case $directory in *[!A-Za-z0-9/._-]*) continue ;; esac
    if holds_overlays "$directory"; then
      printf '%s\n' "$directory"
      return 0
    fi
  done
  return 1
}

# find_overlays: finds a place for containerd's overlays: below /tmp, or else in a directory that it exports as
# IT_OVERLAYS, also for the tests. If no file system can hold them, it restarts the script in a mount namespace with a
# tmpfs, which ends with the script. Fails if the kernel has no overlays.
find_overlays() {
  local directory
  if [ -n "${IT_OVERLAYS:-}" ]; then
    holds_overlays "$IT_OVERLAYS"
    return
  fi
  if directory=$(place_for_overlays); then
    case $directory in
      /tmp) return 0 ;;
      "$repo") directory=$repo/target/overlays ;;
    esac
    mkdir -p "$directory"
    export IT_OVERLAYS=$directory
    return 0
  fi
  # shellcheck disable=SC2016
  exec unshare --mount --propagation slave sh -c 'mount -t tmpfs -o mode=755 ecr-containerd /dev/shm &&
    export IT_OVERLAYS=/dev/shm && exec "$@"' sh "$script" "${arguments[@]}"
}

# overlay_root DIR: prints a root that can hold overlays: below DIR, or in the place that find_overlays has found.
overlay_root() {
  if [ -z "${IT_OVERLAYS:-}" ] || holds_overlays "$1"; then
    echo "$1/root"
  else
    mktemp -d "$IT_OVERLAYS/containerd.XXXXXX"
  fi
}

# containerd_run DIR COMMAND...: runs it with the daemon's mounts and its /run.
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
  # The kernel reports the end of a shim only to its parent, which is not this shell: so this polls.
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

# processes_of DIR ROOT: prints the processes in the daemon's mount namespace, and those of its containers, whose root
# file system is in its directories. A process that has ended has neither.
processes_of() {
  {
    find /proc/[0-9]*/ns/mnt -maxdepth 0 -lname "${containerd_namespace:-none}" 2> /dev/null || true
    grep -lsE "^[^ ]+ [^ ]+ [^ ]+ ([^ ]*($1|$2)/[^ ]* / |[^ ]+ / .*($1|$2)/)" /proc/[0-9]*/mountinfo || true
  } | cut -d / -f 3 | sort -u
}
