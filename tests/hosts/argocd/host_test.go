package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/argoproj/argo-cd/v3/common"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == common.CommandCMPServer {
		beSidecar()
		return
	}
	os.Exit(m.Run())
}

// plugin is a plugin.yaml whose generate command is that shell script, run in the Application's folder.
func plugin(script string) string {
	return fmt.Sprintf("kind: ConfigManagementPlugin\nmetadata: {name: alb}\nspec:\n  generate: {command: [sh, -c, %q]}\n"+
		"  parameters:\n    static: [{name: scheme}]\n    dynamic: {command: [echo, '[{\"name\": \"hosts\", \"collectionType\": \"array\"}]']}\n", script)
}

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: gateway, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://example.com/none, %s}
  destination: {server: https://kubernetes.default.svc, namespace: edge}
`

const fromGit = "path: app, plugin: {name: alb, env: [{name: SCHEME, value: internal}], parameters: [{name: hosts, array: [a, b]}]}"

// rendered gives what comes out, or the error.
func rendered(t *testing.T, with settings, script, source string, announce bool) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"plugin.yaml":            plugin(script),
		"application.yaml":       fmt.Sprintf(application, source),
		"source/Chart.yaml":      "apiVersion: v2\nname: edge\nversion: 0.0.0\n",
		"source/app/object.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
	} {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("app", filepath.Join(folder, "source/link")); err != nil {
		t.Fatal(err)
	}
	with.plugin, with.kubeVersion = filepath.Join(folder, "plugin.yaml"), "v1.33.1-eks-1234"
	if with.log == "" {
		with.log = os.DevNull
	}
	if with.deadline == 0 {
		with.deadline = time.Minute
	}
	lines, err := render(with, filepath.Join(folder, "application.yaml"), filepath.Join(folder, "source"), announce)
	if err != nil {
		return err.Error()
	}
	return strings.Join(lines, "\n")
}

const failed = "ComparisonError: Failed to load target state: failed to generate manifest for source 1 of 1: " +
	`rpc error: code = Unknown desc = CMP processing failed for application "gateway": `

const generating = failed + "error generating manifests in cmp: rpc error: code = Unknown desc = error generating manifests: "

func TestConditions(t *testing.T) {
	for _, c := range []struct{ about, script, want string }{
		{"an error with a message", "echo half; echo why >&2; exit 3", generating + "`sh -c \"echo half; echo why >&2; exit 3\"` failed exit status 3: why"},
		{"an error without one", "exit 1", generating + "`sh -c \"exit 1\"` failed exit status 1"},
		{"a scalar", "printf '|-\\n  istio-alb: error\\n'", failed + "failed to convert CMP manifests to unstructured objects: failed to unmarshal manifest: " +
			"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}"},
		{"nothing is no error", "true", ""},
		{"only comments is none either", "echo '# nothing'", ""},
	} {
		if got := rendered(t, settings{}, c.script, fromGit, false); got != c.want {
			t.Errorf("%s: got\n%s\nnot\n%s", c.about, got, c.want)
		}
	}
}

func TestManifests(t *testing.T) {
	const want = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"annotations":{"argocd.argoproj.io/tracking-id":"gateway:/ConfigMap:edge/a"},"name":"a"}}`
	if got := rendered(t, settings{}, "cat object.yaml", fromGit, false); got != want {
		t.Error(got)
	}
}

func TestEnvironment(t *testing.T) {
	got := rendered(t, settings{environment: []string{"FROM=sidecar"}}, "env >&2; pwd >&2; exit 1", fromGit, false)
	for _, want := range []string{
		"\nFROM=sidecar\n", "\nARGOCD_APP_NAME=gateway\n", "\nARGOCD_APP_NAMESPACE=edge\n", "\nARGOCD_ENV_SCHEME=internal\n",
		"\nARGOCD_APP_PARAMETERS=[{\"array\":[\"a\",\"b\"],\"name\":\"hosts\"}]\n", "\nKUBE_VERSION=1.33.1\n", "/work/_cmp_server/",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestParameters(t *testing.T) {
	const want = "{\"name\":\"hosts\",\"collectionType\":\"array\"}\n{\"name\":\"scheme\"}"
	if got := rendered(t, settings{}, "true", "path: app, plugin: {name: alb}", true); got != want {
		t.Error(got)
	}
}

func TestChart(t *testing.T) {
	if _, err := exec.LookPath("helm"); err != nil {
		t.Skip(err)
	}
	got := rendered(t, settings{}, "cat Chart.yaml >&2; exit 1", "chart: edge, targetRevision: 1.2.3, plugin: {name: alb}", false)
	if !strings.HasSuffix(got, "failed exit status 1: apiVersion: v2\nname: edge\nversion: 1.2.3") {
		t.Error(got)
	}
}

func TestLinksInTheSourceAreKept(t *testing.T) {
	got := rendered(t, settings{}, "pwd >&2; exit 1", "path: link, plugin: {name: alb}", false)
	if !strings.HasSuffix(got, "/app") {
		t.Error(got)
	}
}

func TestWhatTheSidecarLogs(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	rendered(t, settings{log: log}, "echo careful >&2; cat object.yaml", fromGit, false)
	if text, err := os.ReadFile(log); err != nil || !strings.Contains(string(text), `"stderr":"careful\n"`) {
		t.Errorf("%s %v", text, err)
	}
}

func TestDeadline(t *testing.T) {
	witness := filepath.Join(t.TempDir(), "witness")
	got := rendered(t, settings{deadline: time.Second}, "sleep 5; touch "+witness, fromGit, false)
	if !strings.HasSuffix(got, "failed signal: killed") {
		t.Error(got)
	}
	if _, err := os.Stat(witness); err == nil {
		t.Error("the command went on")
	}
}

func TestNothingIsLeft(t *testing.T) {
	before, _ := filepath.Glob("/tmp/argo*")
	rendered(t, settings{}, "cat object.yaml", fromGit, false)
	if after, _ := filepath.Glob("/tmp/argo*"); len(after) > len(before) {
		t.Error(after)
	}
}
