package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	argo "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
)

// publish puts a folder where the repo-server can fetch it, and gives the source with the place as its URL.
func (h *host) publish(folder string, source argo.ApplicationSource) (argo.ApplicationSource, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return source, err
	}
	place := h.path("published")
	if err := os.Mkdir(place, 0o700); err != nil {
		return source, err
	}
	if source.Chart != "" {
		source.RepoURL, err = h.serveChart(folder, place, source.TargetRevision)
		return source, err
	}
	if source.TargetRevision == "" {
		source.TargetRevision = "HEAD"
	}
	source.RepoURL = "file://" + place
	return source, commit(folder, place)
}

// serveChart makes a Helm repository with that one chart in that version, on a port of this machine.
func (h *host) serveChart(chart, place, version string) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	url := "http://" + listener.Addr().String()
	if err := runIn(place, "helm", "package", chart, "--version", version); err != nil {
		return "", err
	}
	if err := runIn(place, "helm", "repo", "index", ".", "--url", url); err != nil {
		return "", err
	}
	h.charts = &http.Server{Handler: http.FileServer(http.Dir(place))}
	go h.charts.Serve(listener)
	return url, nil
}

// commit makes a Git repository with one commit of everything in the folder.
func commit(folder, place string) error {
	if err := os.CopyFS(place, os.DirFS(folder)); err != nil {
		return err
	}
	identity := []string{"-c", "user.name=test", "-c", "user.email=test@example.com"}
	for _, arguments := range [][]string{
		{"init", "--quiet"},
		{"add", "--all", "--force"},
		append(identity, "commit", "--quiet", "--allow-empty", "--message", "all"),
	} {
		if err := runIn(place, "git", arguments...); err != nil {
			return err
		}
	}
	return nil
}

func runIn(folder, program string, arguments ...string) error {
	command := exec.Command(program, arguments...)
	command.Dir = folder
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, said)
	}
	return nil
}
