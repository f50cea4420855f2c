package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fluxcd/pkg/kustomize"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// postBuild builds a folder as kustomize-controller builds the artifact of a Kustomization, and substitutes variables
// object by object, with Flux's own code for both. Variables are those of spec.postBuild.substitute only: those of
// substituteFrom lie in a cluster. The folder stays as it is.
func postBuild(object []byte, folder string, strict bool) ([]byte, error) {
	kustomization := unstructured.Unstructured{}
	if err := yaml.Unmarshal(object, &kustomization.Object); err != nil {
		return nil, err
	}
	if kustomization.GetKind() != "Kustomization" {
		return nil, fmt.Errorf("not a Kustomization: kind %q", kustomization.GetKind())
	}
	artifact, err := copyOf(folder)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(artifact)

	below, _, err := unstructured.NestedString(kustomization.Object, "spec", "path")
	if err != nil {
		return nil, err
	}
	place := filepath.Join(artifact, below)
	// The Kustomization's own patches, namespace and so on are written into the folder's kustomization.yaml, which is made
	// if there is none.
	if _, err := kustomize.NewGenerator(artifact, kustomization).WriteFile(place); err != nil {
		return nil, err
	}
	built, err := kustomize.SecureBuild(artifact, place, false)
	if err != nil {
		return nil, err
	}
	if _, asked, _ := unstructured.NestedMap(kustomization.Object, "spec", "postBuild"); asked {
		strategy, _, err := unstructured.NestedString(kustomization.Object, "spec", "postBuild", "substituteStrategy")
		if err != nil {
			return nil, err
		}
		options := []kustomize.SubstituteOption{
			kustomize.SubstituteWithDryRun(true), // asks no cluster
			kustomize.SubstituteWithStrict(strict),
			kustomize.SubstituteWithAlways(strategy == "Always"),
		}
		for _, resource := range built.Resources() {
			if _, err := kustomize.SubstituteVariables(context.Background(), nil, kustomization, resource, options...); err != nil {
				return nil, fmt.Errorf("post build failed for '%s/%s': %w", resource.GetGvk(), resource.GetName(), err)
			}
		}
	}
	return built.AsYaml()
}

// copyOf copies a folder to where a build may write. The secure build wants a path without symbolic links.
func copyOf(folder string) (string, error) {
	artifact, err := os.MkdirTemp("", "artifact")
	if err != nil {
		return "", err
	}
	if artifact, err = filepath.EvalSymlinks(artifact); err != nil {
		return "", err
	}
	if err := os.CopyFS(artifact, os.DirFS(folder)); err != nil {
		os.RemoveAll(artifact)
		return "", err
	}
	return artifact, nil
}
