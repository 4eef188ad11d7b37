package dynamodblocal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// dockerImage holds the same release as the npm package.
const dockerImage = "amazon/dynamodb-local:1.25.1"

func startDocker(ctx context.Context, opts Options) (*Server, error) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		return nil, errors.New("no docker in PATH")
	}
	if _, err := runDocker(ctx, docker, "info", "--format", "{{.ServerVersion}}"); err != nil {
		return nil, fmt.Errorf("no engine runs: %w", err)
	}
	if _, err := runDocker(ctx, docker, "image", "inspect", "--format", "{{.Id}}", dockerImage); err != nil {
		fmt.Fprintf(opts.Progress, "pulling %s ...\n", dockerImage)
		if _, err := runDocker(ctx, docker, "pull", "--quiet", dockerImage); err != nil {
			return nil, err
		}
	}

	name, origin := "dynamodb-local-"+strings.ToLower(rand.Text()), newOrigin()
	remove := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		_, err := runDocker(ctx, docker, "rm", "--force", name)
		return err
	}
	p, err := startProcess(exec.Command(docker, dockerArgs(name, opts.Port, origin)...), name, []string{docker, "rm", "--force"}, remove)
	if err != nil {
		return nil, err
	}
	endpoint, err := p.dockerEndpoint(ctx, opts.ReadyTimeout, docker, name)
	if err == nil {
		err = p.awaitReady(ctx, opts.ReadyTimeout, endpoint, origin)
	}
	if err == nil {
		return &Server{endpoint: endpoint, process: p}, nil
	}
	output := p.output.String()
	if opts.Port != 0 && (strings.Contains(output, "port is already allocated") || strings.Contains(output, "address already in use")) {
		err = fmt.Errorf("port %d: %w: %w", opts.Port, ErrPortTaken, err)
	}
	return nil, errors.Join(err, p.stop())
}

// dockerArgs returns the arguments of a docker command that stays attached: the
// command ends when the container ends. If port is 0, Docker picks the host's port.
func dockerArgs(name string, port int, origin string) []string {
	return []string{
		"run", "--rm", "--name", name, "-p", "127.0.0.1:" + strconv.Itoa(port) + ":8000", "-e", noTelemetry, dockerImage,
		"-jar", "DynamoDBLocal.jar", "-inMemory", "-disableTelemetry", "-sharedDb", "-cors", origin,
	}
}

// dockerEndpoint waits until Docker has given the container a port of this machine,
// and returns the URL of that port.
func (p *process) dockerEndpoint(ctx context.Context, timeout time.Duration, docker, name string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no container within %v", timeout))
	defer cancel()
	for {
		output, err := runDocker(ctx, docker, "port", name, "8000/tcp")
		if address, _, _ := strings.Cut(output, "\n"); err == nil && address != "" {
			return "http://" + address, nil
		}
		select {
		case <-p.done:
			return "", fmt.Errorf("%v%s", p.cmd.ProcessState, p.output.quoted())
		default:
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return "", fmt.Errorf("%w%s", err, p.output.quoted())
		}
	}
}

func runDocker(ctx context.Context, docker string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, docker, args...)
	cmd.WaitDelay = time.Second
	var stdout strings.Builder
	var stderr tail
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("docker %s: %w%s", args[0], err, stderr.quoted())
	}
	return strings.TrimSpace(stdout.String()), nil
}
