package dynamodblocal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeDocker puts a docker into PATH that logs each command line. "docker run" lasts
// until "docker rm"; "docker port" names a server in this test that allows any
// origin. Each container has a file of its own with its process ID, which appears only
// once it is written: a second container must not be found by the ID of the first.
func fakeDocker(t *testing.T) (log func() []string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		_, _ = io.WriteString(w, `{"TableNames":[]}`)
	}))
	t.Cleanup(server.Close)
	clearEnvironment(t)
	dir := filepath.Dir(installScript(t, "docker", `
echo "$*" >> "$0.log"
case $1 in
info) exit $INFO_STATUS;;
image) exit 1;;
run) echo 'the container starts'; echo $$ > "$0.new.$4"; /bin/mv "$0.new.$4" "$0.pid.$4"; exec /bin/sleep 60;;
port) [ -f "$0.pid.$2" ] && echo "$ADDRESS" && echo '[::1]:1';;
rm) [ -f "$0.pid.$3" ] && read -r pid < "$0.pid.$3" && kill -9 "$pid";;
esac`))
	t.Setenv("INFO_STATUS", "0")
	t.Setenv("ADDRESS", strings.TrimPrefix(server.URL, "http://"))
	return func() []string {
		content, err := os.ReadFile(filepath.Join(dir, "docker.log"))
		require.NoError(t, err)
		return strings.Split(strings.TrimSpace(string(content)), "\n")
	}
}

func TestStartWithDocker(t *testing.T) {
	log := fakeDocker(t)
	var progress strings.Builder
	server, err := Start(t.Context(), Options{Port: 8123, Progress: &progress})
	require.NoError(t, err)
	assert.Equal(t, "http://"+os.Getenv("ADDRESS"), server.Endpoint())
	assert.Equal(t, "pulling amazon/dynamodb-local:1.25.1 ...\n", progress.String())
	require.NoError(t, server.Stop())
	<-server.Done()
	assert.Equal(t, "the container starts\n", server.Output())
	require.NoError(t, server.Stop())

	lines := log()
	var name, origin string
	var rest []string
	for _, line := range lines {
		fields := strings.Fields(line)
		switch fields[0] {
		case "run":
			name, origin = fields[3], fields[len(fields)-1]
			rest = append(rest, line)
		case "port": // repeated until there is a port
		default:
			rest = append(rest, line)
		}
	}
	assert.Regexp(t, `^dynamodb-local-[a-z0-9]{20,}$`, name)
	assert.Equal(t, []string{
		"info --format {{.ServerVersion}}",
		"image inspect --format {{.Id}} amazon/dynamodb-local:1.25.1",
		"pull --quiet amazon/dynamodb-local:1.25.1",
		"run --rm --name " + name + " -p 127.0.0.1:8123:8000 -e DDB_LOCAL_TELEMETRY=0 amazon/dynamodb-local:1.25.1" +
			" -jar DynamoDBLocal.jar -inMemory -disableTelemetry -sharedDb -cors " + origin,
		"rm --force " + name,
	}, rest)
}

func TestStartReportsThatNoDockerEngineRuns(t *testing.T) {
	log := fakeDocker(t)
	t.Setenv("INFO_STATUS", "1")
	_, err := Start(t.Context(), Options{})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "no engine runs")
	assert.Len(t, log(), 1, "nothing else was tried")
}

func TestStartWithDockerReportsATakenPort(t *testing.T) {
	clearEnvironment(t)
	installScript(t, "docker", `
case $1 in
run) echo 'Bind for 127.0.0.1:8123 failed: port is already allocated' >&2; exit 125;;
port) exit 1;;
esac`)
	_, err := Start(t.Context(), Options{Port: 8123})
	require.ErrorIs(t, err, ErrPortTaken)
	assert.ErrorContains(t, err, "port is already allocated")
}
