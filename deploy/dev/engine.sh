# What the scripts beside this one share. To be sourced, by bash.
#
# Comes in: JAVA_HOME, and JUKWAA_ENGINES_JARS, the folder of the jars (default: target/engines/jars of this checkout).
# Guarantees: nothing is run but jars with the digests of ENGINE/jars.sha256; only processes whose id and start time stand in a pid file
# of the folder are touched.
#
# After a change of a pom.xml: remove the folder of the jars, start once (the refusal names what differs), look at the list, then
#   (cd target/engines/jars/ENGINE.fetched && sha256sum *.jar) >deploy/dev/ENGINE/jars.sha256
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jars=${JUKWAA_ENGINES_JARS:-$here/../../target/engines/jars}
copy_dependencies=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies

refuse() {
    echo "$1" >&2
    exit 1
}

# Sets `java`.
find_java() {
    local cure="install openjdk-17-jre-headless, or set JAVA_HOME to a Java 17" version
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    command -v "$java" >/dev/null || refuse "Java is missing: $cure"
    version=$("$java" -version 2>&1) || refuse "Java is broken, \`$java -version\` fails (${version%%$'\n'*}): $cure"
    [[ $version =~ version\ \"([0-9]+) ]] && ((BASH_REMATCH[1] >= 17)) || refuse "Java is too old (${version%%$'\n'*}): $cure"
}

# Prints what differs from the digests of ENGINE: check_jars ENGINE FOLDER
check_jars() {
    local differing
    differing=$(cd "$2" && LC_ALL=C sha256sum --check --quiet "$here/$1/jars.sha256" 2>/dev/null) && return
    refuse "refused: these jars in $2 are not those of deploy/dev/$1/jars.sha256: $(cut -d: -f1 <<<"$differing" | paste -sd' '); \
remove the folder to fetch them again"
}

# Fetches the jars of ENGINE unless they are there: fetch_jars ENGINE
fetch_jars() {
    local cure="install maven, it fetches the jars of the engines" said
    command -v mvn >/dev/null || refuse "Maven is missing: $cure"
    said=$(mvn --version 2>&1) || refuse "Maven is broken, \`mvn --version\` fails (${said%%$'\n'*}): $cure"
    rm -rf "$jars/$1.fetched"
    # -C: a jar that does not have the registry's own checksum is an error. The committed digests are checked after it.
    said=$(mvn -q -B -C -Dstyle.color=never -f "$here/$1/pom.xml" "$copy_dependencies" -DoutputDirectory="$jars/$1.fetched" 2>&1) ||
        refuse "Maven could not fetch the jars of $1 (is the network there?): $(grep -m1 ERROR <<<"$said" || head -n1 <<<"$said")"
    check_jars "$1" "$jars/$1.fetched"
    mv "$jars/$1.fetched" "$jars/$1"
}

# Sets `class_path`: the jars of ENGINE that have a digest, and no others. Processes that start at the same time fetch once.
find_jars() {
    mkdir -p "$jars"
    jars=$(cd "$jars" && pwd)
    exec 8>"$jars/$1.lock"
    flock 8
    [ -d "$jars/$1" ] || fetch_jars "$1"
    exec 8>&-
    check_jars "$1" "$jars/$1"
    class_path=$(cut -c67- "$here/$1/jars.sha256" | sed "s|^|$jars/$1/|" | paste -sd:)
}

is_listening() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Prints ports that nobody else gets while FOLDER is there: reserve_ports FOLDER COUNT
# They lie below the ports that the kernel gives to clients, so that none is taken between a stop and a start.
reserve_ports() {
    local registry=${TMPDIR:-/tmp}/jukwaa-ports-$UID found=() port owner
    mkdir -p -m 700 "$registry"
    exec 7>"$registry/lock"
    flock 7
    while ((${#found[@]} < $2)); do
        port=$((10000 + RANDOM % 20000))
        owner=$(cat "$registry/$port" 2>/dev/null) || owner=
        if { [ -n "$owner" ] && [ -d "$owner" ]; } || is_listening "$port"; then continue; fi
        echo "$1" >"$registry/$port"
        found+=("$port")
    done
    exec 7>&-
    echo "${found[*]}"
}

# Sets `ports`: those of an earlier start in FOLDER, or COUNT from FIRST on, or free ones: find_ports FILE COUNT FIRST
find_ports() {
    if ! [ -s "$1" ]; then
        if [ "$3" = 0 ]; then reserve_ports "$(dirname "$1")" "$2" >"$1.new"; else seq -s' ' "$3" $(($3 + $2 - 1)) >"$1.new"; fi
        mv "$1.new" "$1"
    fi
    read -ra ports <"$1"
    if [ "$3" != 0 ] && [ "$3" != "${ports[0]}" ]; then
        refuse "$(dirname "$1") was begun with port ${ports[0]}, not $3: name that port, or another folder"
    fi
}

# Prints when a process was started, in ticks since the machine was; fails when it is gone. Zombies with threads still hold ports.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra stat <<<"${stat##*) }"
    [ "${stat[0]}" != Z ] || [ "$(ls "/proc/$1/task" 2>/dev/null | wc -l)" -gt 1 ] || return 1
    echo "${stat[19]}"
}

# Whether the process of a pid file is there.
is_running() {
    local pid begun
    [ -s "$1" ] && read -r pid begun <"$1" && [ "$(start_time "$pid")" = "$begun" ]
}

# Starts a JVM on its own, out of reach of the terminal's signals: launch NAME JAVA-ARGUMENTS...
launch() {
    local name=$1
    shift
    [ ! -e "$folder/$name.log" ] || mv "$folder/$name.log" "$folder/$name.previous.log"
    setsid nohup "$java" -XX:+ExitOnOutOfMemoryError "$@" >"$folder/$name.log" 2>&1 </dev/null 9>&- &
    echo "$! $(start_time $!)" >"$folder/$name.pid"
}

# Waits until the log of NAME says LINE; otherwise stops it and shows the log's end: await_line NAME LINE
await_line() {
    local deadline=$((SECONDS + ${JUKWAA_ENGINES_TIMEOUT:-120})) log=$folder/$1.log
    until grep -q "$2" "$log"; do
        if ! is_running "$folder/$1.pid" || ((SECONDS >= deadline)); then
            echo "$1 did not start; the end of $log:" >&2
            tail -n 20 "$log" >&2
            stop_process "$folder/$1.pid" KILL
            exit 1
        fi
        sleep 0.05
    done
}

# Ends the process of a pid file and waits until it and its ports are gone: stop_process FILE SIGNAL
stop_process() {
    local pid deadline=$((SECONDS + 30))
    if is_running "$1"; then
        read -r pid _ <"$1"
        kill -s "$2" "$pid" 2>/dev/null || true
        # A frozen process takes its signal when it is thawed.
        kill -s CONT "$pid" 2>/dev/null || true
        while is_running "$1"; do
            if ((SECONDS >= deadline)); then
                echo "$(basename "$1" .pid) did not stop within 30 s: killed" >&2
                kill -s KILL "$pid" 2>/dev/null || true
                deadline=$((SECONDS + 30))
            fi
            sleep 0.05
        done
    fi
    rm -f "$1"
}
