package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const rendered = `---
# Source: gateway/templates/service.yaml
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: edge}
spec:
  type: LoadBalancer
  ports: [{name: https, port: 443}]
---
# Source: gateway/templates/zzz_profile.yaml
# nothing but a comment
`

// release gives the name of a file with a HelmRelease that holds these lines below spec.
func release(t *testing.T, lines string) string {
	t.Helper()
	return write(t, t.TempDir(), "release.yaml", "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\n"+
		"metadata: {name: public, namespace: edge}\nspec:\n  interval: 1m\n"+lines)
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// host runs the command and gives what it prints, or the error's text.
func host(stdin string, arguments ...string) string {
	var out strings.Builder
	if err := run(arguments, strings.NewReader(stdin), &out); err != nil {
		return err.Error()
	}
	return out.String()
}

func TestReleaseWithoutPostRenderers(t *testing.T) {
	want := `apiVersion: v1
kind: Service
metadata:
  labels:
    helm.toolkit.fluxcd.io/name: public
    helm.toolkit.fluxcd.io/namespace: edge
  name: gateway
  namespace: edge
spec:
  ports:
  - name: https
    port: 443
  type: LoadBalancer
`
	if got := host(rendered, "helmrelease", release(t, "")); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestPostRenderersRunInOrder(t *testing.T) {
	lines := `  commonMetadata: {labels: {team: net}, annotations: {owner: me}}
  postRenderers:
  - kustomize:
      patches:
      - target: {kind: Service, name: gate.*}
        patch: |
          - {op: replace, path: /spec/type, value: NodePort}
  - kustomize:
      patches:
      - target: {kind: Service}
        patch: |
          - {op: test, path: /spec/type, value: NodePort}
          - {op: add, path: /spec/ports/0/nodePort, value: 30443}
`
	got := host(rendered, "helmrelease", release(t, lines))
	for _, want := range []string{"type: NodePort", "nodePort: 30443", "team: net", "owner: me", "helm.toolkit.fluxcd.io/name: public"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// What an export has to guard against, or may build on.
func TestPatches(t *testing.T) {
	for _, c := range []struct{ about, patch, want string }{
		{"a target that matches nothing is silent",
			"target: {kind: Service, name: other}\n        patch: |\n          - {op: replace, path: /spec/type, value: NodePort}",
			"type: LoadBalancer"},
		{"a merge patch for an object that is not there fails",
			"patch: |\n          apiVersion: v1\n          kind: Service\n          metadata: {name: other, namespace: edge}",
			"no resource matches strategic merge patch"},
		{"a test that does not hold fails",
			"target: {kind: Service}\n        patch: |\n          - {op: test, path: /spec/ports/0/port, value: 80}",
			"testing value /spec/ports/0/port failed: test failed"},
		{"removing what is not there fails",
			"target: {kind: Service}\n        patch: |\n          - {op: remove, path: /spec/loadBalancerIP}",
			"Unable to remove nonexistent key: loadBalancerIP"},
		{"added and removed is removed",
			"target: {kind: Service}\n        patch: |\n          - {op: add, path: /spec/type, value: x}\n          - {op: remove, path: /spec/type}",
			"    port: 443\n"},
		{"null in a merge patch with a target is text",
			"target: {kind: Service}\n        patch: |\n          apiVersion: v1\n          kind: Service\n          metadata: {name: any, annotations: {example.com/a: null}}",
			`example.com/a: "null"`},
		{"a List is taken apart",
			"target: {kind: Service}\n        patch: |\n          - {op: add, path: /items, value: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]}\n          - {op: replace, path: /kind, value: List}",
			"kind: ConfigMap\nmetadata:\n  labels:\n    helm.toolkit.fluxcd.io/name: public"},
	} {
		got := host(rendered, "helmrelease", release(t, "  postRenderers:\n  - kustomize:\n      patches:\n      - "+c.patch+"\n"))
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", c.about, c.want, got)
		}
	}
}

func TestStreamsThatKustomizeDoesNotTake(t *testing.T) {
	object := "apiVersion: v1\nkind: ConfigMap\nmetadata: {%s}\n"
	patch := release(t, "  postRenderers:\n  - kustomize: {patches: [{target: {kind: Secret}, patch: '- {op: remove, path: /data}'}]}\n")
	for _, c := range []struct{ about, stream, want string }{
		{"an object without a name", strings.ReplaceAll(object, "%s", "generateName: a-"), "missing metadata.name in object"},
		{"one object twice", strings.Repeat("---\n"+strings.ReplaceAll(object, "%s", "name: a"), 2), "may not add resource with an already registered id"},
	} {
		if got := host(c.stream, "helmrelease", patch); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in\n%s", c.about, c.want, got)
		}
	}
}

// built gives an annotation as it comes out, written as in source, with V, quote and what else spec says.
func built(t *testing.T, source, v, spec string, flags ...string) string {
	t.Helper()
	folder := t.TempDir()
	text := "apiVersion: v1\nkind: Service\nmetadata:\n  name: gateway\n  annotations:\n    a: " + source + "\n"
	write(t, folder, "service.yaml", text)
	object := write(t, t.TempDir(), "ks.yaml", "kind: Kustomization\nspec:\n  path: ./\n"+spec+
		"  postBuild:\n    substitute:\n      quote: '\"'\n      V: '"+strings.ReplaceAll(v, "'", "''")+"'\n")
	out := host("", append(append([]string{"kustomization"}, flags...), object, folder)...)
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("the folder has changed: %v %v", left, err)
	}
	_, after, _ := strings.Cut(out, "  annotations:\n    a: ")
	value, _, found := strings.Cut(after, "\n  name: gateway\n")
	if !found {
		return out
	}
	return value
}

func TestSubstitutedValuesAreTypedAnew(t *testing.T) {
	for _, c := range []struct{ source, v, want string }{
		{`"${V}"`, "443", "443"},
		{`"${V}"`, "on", "true"},
		{`"${V}"`, "007", "7"},
		{`"${V}"`, "subnet-a, subnet-b", "subnet-a, subnet-b"},
		{`${quote}${V}${quote}`, "443", `"443"`},
		{`"${V%: }"`, "443", `"443"`},
		{`"${V%: }"`, "a: b", "'a: b'"},
		{`'[{"HTTPS": ${V}}]'`, "443", `'[{"HTTPS": 443}]'`},
		{`"$${V}"`, "443", "${V}"},
		{`"${UNSET:=ok}"`, "", "ok"},
	} {
		if got := built(t, c.source, c.v, ""); got != c.want {
			t.Errorf("%s with %q: got %s, not %s", c.source, c.v, got, c.want)
		}
	}
}

func TestUndefinedVariables(t *testing.T) {
	const strict = `post build failed for 'Service.v1.[noGrp]/gateway': envsubst error: variable substitution failed: variable not set (strict mode): "UNSET"`
	if got := built(t, `"x${UNSET}"`, "", ""); got != strict {
		t.Error(got)
	}
	if got := built(t, `"x${UNSET}"`, "", "", "-lenient"); got != "x" {
		t.Error(got)
	}
}

func TestPatchesOfTheKustomization(t *testing.T) {
	spec := "  patches:\n  - target: {kind: Service}\n    patch: '[{\"op\": \"replace\", \"path\": \"/metadata/annotations/a\", \"value\": \"port-${V}\"}]'\n"
	if got := built(t, "x", "443", spec); got != "port-443" {
		t.Error(got)
	}
}

func TestOtherKindsAreRefused(t *testing.T) {
	file := write(t, t.TempDir(), "object.yaml", "kind: ConfigMap\nmetadata: {name: a}\n")
	if got := host("", "helmrelease", file); got != `not a HelmRelease with a name: kind "ConfigMap", name "a"` {
		t.Error(got)
	}
	if got := host("", "kustomization", file, t.TempDir()); got != `not a Kustomization: kind "ConfigMap"` {
		t.Error(got)
	}
}
