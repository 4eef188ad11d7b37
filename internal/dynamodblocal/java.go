package dynamodblocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	minJava      = 17
	portAttempts = 5

	// With the option -disableTelemetry alone, DynamoDB Local still writes a file
	// that identifies this installation into the directory of the program.
	noTelemetry = "DDB_LOCAL_TELEMETRY=0"
)

func startJava(ctx context.Context, opts Options) (*Server, error) {
	java, err := findJava(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := Fetch(ctx, opts.Progress)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		port := opts.Port
		if port == 0 {
			if port, err = freePort(); err != nil {
				return nil, err
			}
		}
		server, err := startJavaOn(ctx, java, dir, port, opts.ReadyTimeout)
		if err == nil {
			return server, nil
		}
		if !errors.Is(err, ErrPortTaken) {
			return nil, fmt.Errorf("%s: %w", java, err)
		}
		if opts.Port != 0 {
			return nil, fmt.Errorf("port %d: %w", port, err)
		}
		if attempt == portAttempts {
			// This is not ErrPortTaken, which means a port that the caller chose.
			return nil, fmt.Errorf("%s: lost %d free ports in a row to other programs", java, portAttempts)
		}
	}
}

func startJavaOn(ctx context.Context, java, dir string, port int, timeout time.Duration) (*Server, error) {
	origin := newOrigin()
	cmd := exec.Command(java, javaArgs(port, origin)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), noTelemetry)
	p, err := startProcess(cmd, "", []string{"kill", "-9"}, nil)
	if err != nil {
		return nil, err
	}
	endpoint := "http://127.0.0.1:" + strconv.Itoa(port)
	if err := p.awaitReady(ctx, timeout, endpoint, origin); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return &Server{endpoint: endpoint, process: p}, nil
}

// javaArgs prefers a fast start to speed later: without Java's second compiler the
// first answer comes in half the time. DynamoDB Local keeps items outside Java's
// heap, so -Xmx does not limit them.
func javaArgs(port int, origin string) []string {
	return []string{
		"-XX:+IgnoreUnrecognizedVMOptions", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xmx1g",
		"-Djava.library.path=DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
		"-inMemory", "-disableTelemetry", "-sharedDb", "-cors", origin, "-port", strconv.Itoa(port),
	}
}

// freePort returns a port that is free on all interfaces, because the server
// listens on all of them.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// findJava returns the java of JAVA_HOME if it is new enough, or else the first one
// in PATH.
func findJava(ctx context.Context) (string, error) {
	var candidates, found []string
	if home := os.Getenv("JAVA_HOME"); home != "" {
		name := filepath.Join(home, "bin", "java")
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		candidates = append(candidates, name)
	}
	if name, err := exec.LookPath("java"); err == nil {
		candidates = append(candidates, name)
	}
	for _, name := range candidates {
		version, major, err := javaVersion(ctx, name)
		if err != nil {
			found = append(found, fmt.Sprintf("%s: %v", name, err))
			continue
		}
		if major >= minJava {
			return name, nil
		}
		found = append(found, fmt.Sprintf("%s is version %s", name, version))
	}
	if found == nil {
		return "", errors.New("no java in JAVA_HOME or PATH")
	}
	return "", fmt.Errorf("needs version %d or newer: %s", minJava, strings.Join(found, ", "))
}

var versionPattern = regexp.MustCompile(`version "((?:1\.)?(\d+)[^"]*)"`)

// javaVersion returns the version that java prints, and its major number. Up to
// Java 8 the major number comes second: "17.0.15" is 17, and "1.8.0_392" is 8.
func javaVersion(ctx context.Context, java string) (version string, major int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, java, "-version")
	cmd.WaitDelay = time.Second
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", 0, fmt.Errorf("java -version: %w%s", err, (&tail{buf: output}).quoted())
	}
	match := versionPattern.FindSubmatch(output)
	if match == nil {
		line, _, _ := bytes.Cut(output, []byte("\n"))
		return "", 0, fmt.Errorf("java -version names no version: %q", line)
	}
	major, err = strconv.Atoi(string(match[2]))
	return string(match[1]), major, err
}
