package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"
	"google.golang.org/grpc/status"
	"k8s.io/apimachinery/pkg/api/resource"

	sidecar "github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
	"github.com/argoproj/argo-cd/v3/common"
	argo "github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v3/reposerver/apiclient"
	"github.com/argoproj/argo-cd/v3/reposerver/cache"
	"github.com/argoproj/argo-cd/v3/reposerver/metrics"
	"github.com/argoproj/argo-cd/v3/reposerver/repository"
	stores "github.com/argoproj/argo-cd/v3/util/cache"
	"github.com/argoproj/argo-cd/v3/util/git"
)

// host is a repo-server with one sidecar, in a folder of its own.
type host struct {
	settings
	folder     string
	searchPath string // PATH as it was
	server     *repository.Service
	sidecar    *exec.Cmd
	alive      io.Closer    // the sidecar ends when this end of its stdin closes
	charts     *http.Server // serves the chart, once one is published
}

// beSidecar is the whole of Argo CD's argocd-cmp-server. It ends with the program that started it, however that ends.
func beSidecar() {
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	if err := sidecar.NewCommand().Execute(); err != nil {
		os.Exit(1)
	}
}

func start(with settings) (*host, error) {
	logrus.SetOutput(io.Discard) // the repo-server's own log; what matters comes back as an error
	// Not below TMPDIR, which may be long: the path of a socket has at most 107 bytes.
	folder, err := os.MkdirTemp("/tmp", "argo")
	if err != nil {
		return nil, err
	}
	h := &host{settings: with, folder: folder, searchPath: os.Getenv("PATH")}
	for _, step := range []func() error{h.isolate, h.startSidecar, h.startServer} {
		if err := step(); err != nil {
			h.stop()
			return nil, err
		}
	}
	return h, nil
}

func (h *host) path(name string) string { return filepath.Join(h.folder, name) }

// isolate keeps git and helm, which the repo-server runs, away from what the user has set up for them.
func (h *host) isolate() error {
	for _, folder := range []string{"home", "bin"} {
		if err := os.Mkdir(h.path(folder), 0o700); err != nil {
			return err
		}
	}
	// Argo CD's image has this program. It says whether a commit is signed, which is not the matter here.
	if err := os.WriteFile(h.path("bin/git-verify-wrapper.sh"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"PATH":                       h.path("bin") + string(os.PathListSeparator) + h.searchPath,
		"HOME":                       h.path("home"),
		"GIT_CONFIG_GLOBAL":          os.DevNull,
		"GIT_CONFIG_NOSYSTEM":        "1",
		"HELM_CACHE_HOME":            h.path("home/helm-cache"),
		"HELM_CONFIG_HOME":           h.path("home/helm-config"),
		"HELM_DATA_HOME":             h.path("home/helm-data"),
		common.EnvLogLevel:           "error", // for what logs by a logger of its own
		common.EnvPluginSockFilePath: h.path("s"),
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// startSidecar starts the plugin's side and waits until it listens. Of our environment it gets PATH only.
func (h *host) startSidecar() error {
	for _, folder := range []string{"s", "config", "work", "sidecar-home"} {
		if err := os.Mkdir(h.path(folder), 0o700); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(h.plugin)
	if err != nil {
		return err
	}
	if err := os.WriteFile(h.path("config/"+common.PluginConfigFileName), text, 0o600); err != nil {
		return err
	}
	log, err := os.Create(h.log)
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	h.sidecar = exec.Command(self, "--config-dir-path", h.path("config"))
	h.sidecar.Args[0] = common.CommandCMPServer
	h.sidecar.Env = append([]string{
		"PATH=" + h.searchPath,
		"HOME=" + h.path("sidecar-home"),
		common.EnvPluginSockFilePath + "=" + h.path("s"),
		common.EnvCMPWorkDir + "=" + h.path("work"),
	}, h.environment...)
	h.sidecar.Stdout, h.sidecar.Stderr = log, log
	if h.alive, err = h.sidecar.StdinPipe(); err != nil {
		return err
	}
	if err := h.sidecar.Start(); err != nil {
		return err
	}
	for range 1000 {
		if found, _ := filepath.Glob(h.path("s/*.sock")); len(found) > 0 {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("the sidecar does not listen; its log is %s", h.log)
}

func (h *host) startServer() error {
	memory := stores.NewCache(stores.NewInMemoryCache(time.Hour))
	h.server = repository.NewService(
		metrics.NewMetricsServer(),
		cache.NewCache(memory, time.Hour, time.Hour, 10*time.Second),
		repository.RepoServerInitConstants{
			MaxCombinedDirectoryManifestsSize: resource.MustParse("10M"),
			HelmManifestMaxExtractedSize:      1 << 30,
			HelmRegistryMaxIndexSize:          1 << 20,
		},
		&git.NoopCredsStore{},
		h.path("repositories"),
	)
	return h.server.Init()
}

func (h *host) stop() {
	os.Setenv("PATH", h.searchPath)
	if h.charts != nil {
		h.charts.Close()
	}
	if h.alive != nil {
		h.alive.Close()
		h.sidecar.Process.Kill()
		h.sidecar.Wait()
	}
	// The repo-server takes the right to read from folders that it does not use at the moment.
	filepath.WalkDir(h.folder, func(path string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	os.RemoveAll(h.folder)
}

// manifests asks what the application controller asks. The error reads as the condition at the Application does.
func (h *host) manifests(ctx context.Context, app *argo.Application, source argo.ApplicationSource) ([]string, error) {
	answer, err := h.server.GenerateManifest(ctx, &apiclient.ManifestRequest{
		Repo:              repositoryOf(source),
		Revision:          source.TargetRevision,
		AppLabelKey:       common.LabelKeyAppInstance,
		AppName:           app.InstanceName("argocd"),
		Namespace:         app.Spec.Destination.Namespace,
		ApplicationSource: &source,
		KubeVersion:       h.kubeVersion,
		ApiVersions:       h.apiVersions,
		TrackingMethod:    string(argo.TrackingMethodAnnotation),
		ProjectName:       app.Spec.Project,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: Failed to load target state: failed to generate manifest for source 1 of 1: %w",
			argo.ApplicationConditionComparisonError, received(err))
	}
	return answer.Manifests, nil
}

// parameters asks what the API server asks for the page with an application's details.
func (h *host) parameters(ctx context.Context, app *argo.Application, source argo.ApplicationSource) ([]*apiclient.ParameterAnnouncement, error) {
	answer, err := h.server.GetAppDetails(ctx, &apiclient.RepoServerAppDetailsQuery{
		Repo:    repositoryOf(source),
		Source:  &source,
		AppName: app.InstanceName("argocd"),
	})
	if err != nil {
		return nil, received(err)
	}
	return answer.Plugin.ParametersAnnouncement, nil
}

// received gives an error the words in which a client of the repo-server gets it.
func received(err error) error {
	answer, _ := status.FromError(err)
	return answer.Err()
}

func repositoryOf(source argo.ApplicationSource) *argo.Repository {
	if source.Chart != "" {
		return &argo.Repository{Repo: source.RepoURL, Type: "helm"}
	}
	return &argo.Repository{Repo: source.RepoURL, Type: "git"}
}
