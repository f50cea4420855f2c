// Command argohost renders an Argo CD Application through a config management plugin with Argo CD's own code, so that tests
// can see what becomes of a plugin's output and errors without a cluster. Its repo-server runs in this process; its
// argocd-cmp-server, the sidecar that runs the plugin, is this program started once more under that name. They talk over a
// unix socket, as they do in a pod.
//
//	argohost -plugin plugin.yaml [flags] APPLICATION.yaml SOURCE
//
// SOURCE stands for what spec.source.repoURL names, which is not asked: with spec.source.path it is the content of the Git
// repository, with spec.source.chart the folder of the chart. It needs git for the one and helm for the other.
//
// Manifests come out on stdout as Argo CD keeps them, one JSON object a line. A failure goes to stderr as the text of the
// condition that users read at the Application, with exit code 1.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/argoproj/argo-cd/v3/common"
	argo "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// settings are what a user of Argo CD has around the Application.
type settings struct {
	plugin      string        // file with the plugin's configuration
	environment []string      // of the sidecar's container, NAME=VALUE
	log         string        // file for what the sidecar logs
	deadline    time.Duration // of one request to the repo-server
	kubeVersion string        // of the cluster to deploy to
	apiVersions []string      // that the cluster knows
}

func main() {
	if filepath.Base(os.Args[0]) == common.CommandCMPServer {
		beSidecar()
		return
	}
	var with settings
	flag.StringVar(&with.plugin, "plugin", "", "the plugin.yaml in the sidecar")
	flag.StringVar(&with.log, "log", os.DevNull, "a file for the sidecar's log")
	flag.DurationVar(&with.deadline, "deadline", time.Minute, "how long a request to the repo-server may take")
	flag.StringVar(&with.kubeVersion, "kube-version", "v1.34.2", "the cluster's version")
	apiVersions := flag.String("api-versions", "v1,apps/v1,apps/v1/Deployment", "what the cluster knows")
	announce := flag.Bool("parameters", false, "print the parameters that the plugin announces instead of manifests")
	flag.Func("env", "NAME=VALUE in the sidecar's environment; may be repeated", func(pair string) error {
		with.environment = append(with.environment, pair)
		return nil
	})
	flag.Parse()
	with.apiVersions = strings.Split(*apiVersions, ",")
	if flag.NArg() != 2 || with.plugin == "" {
		fmt.Fprintln(os.Stderr, "usage: argohost -plugin plugin.yaml [flags] APPLICATION.yaml SOURCE")
		os.Exit(2)
	}

	lines, err := render(with, flag.Arg(0), flag.Arg(1), *announce)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, line := range lines {
		fmt.Println(line)
	}
}

// render gives the manifests of the Application in a file, or what its plugin announces, one JSON text each.
func render(with settings, file, folder string, announce bool) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var app argo.Application
	if err := yaml.UnmarshalStrict(text, &app); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	host, err := start(with)
	if err != nil {
		return nil, err
	}
	defer host.stop()
	source, err := host.publish(folder, app.Spec.GetSource())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), with.deadline)
	defer cancel()
	if !announce {
		return host.manifests(ctx, &app, source)
	}
	announced, err := host.parameters(ctx, &app, source)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, parameter := range announced {
		line, err := json.Marshal(parameter)
		if err != nil {
			return nil, err
		}
		lines = append(lines, string(line))
	}
	return lines, nil
}
