package main

import (
	"fmt"

	helm "github.com/fluxcd/helm-controller/api/v2"
	fluxkustomize "github.com/fluxcd/pkg/apis/kustomize"
	"sigs.k8s.io/kustomize/api/builtins"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// postRender takes a rendered stream through the steps that helm-controller takes it through: each of the release's
// post-renderers, its common metadata, and the labels that say where an object came from. The controller keeps that code
// to itself (internal/postrender), so the steps are taken here, over the same kustomize and on the release's own types.
func postRender(object, rendered []byte) ([]byte, error) {
	var release helm.HelmRelease
	if err := yaml.UnmarshalStrict(object, &release); err != nil {
		return nil, err
	}
	if release.Kind != helm.HelmReleaseKind || release.Name == "" {
		return nil, fmt.Errorf("not a HelmRelease with a name: kind %q, name %q", release.Kind, release.Name)
	}
	manifests := rendered
	for _, renderer := range release.Spec.PostRenderers {
		if renderer.Kustomize == nil {
			continue
		}
		var err error
		if manifests, err = customize(manifests, renderer.Kustomize); err != nil {
			return nil, err
		}
	}
	if common := release.Spec.CommonMetadata; common != nil {
		var err error
		if manifests, err = addMetadata(manifests, common.Labels, common.Annotations); err != nil {
			return nil, err
		}
	}
	origin := map[string]string{
		helm.GroupVersion.Group + "/name":      release.Name,
		helm.GroupVersion.Group + "/namespace": release.Namespace,
	}
	return addMetadata(manifests, origin, nil)
}

// customize builds a kustomization of one resource, the stream. No plugin may run, and files may lie anywhere.
func customize(manifests []byte, with *helm.Kustomize) ([]byte, error) {
	kustomization := types.Kustomization{
		TypeMeta:  types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind},
		Resources: []string{"helm-output.yaml"},
	}
	for _, image := range with.Images {
		kustomization.Images = append(kustomization.Images, types.Image{
			Name: image.Name, NewName: image.NewName, NewTag: image.NewTag, Digest: image.Digest,
		})
	}
	for _, patch := range with.Patches {
		kustomization.Patches = append(kustomization.Patches, types.Patch{Patch: patch.Patch, Target: selector(patch.Target)})
	}
	text, err := yaml.Marshal(kustomization)
	if err != nil {
		return nil, err
	}
	files := filesys.MakeFsInMemory()
	if err := files.WriteFile("kustomization.yaml", text); err != nil {
		return nil, err
	}
	if err := files.WriteFile("helm-output.yaml", manifests); err != nil {
		return nil, err
	}
	options := krusty.Options{LoadRestrictions: types.LoadRestrictionsNone, PluginConfig: types.DisabledPluginConfig()}
	built, err := krusty.MakeKustomizer(&options).Run(files, ".")
	if err != nil {
		return nil, err
	}
	return built.AsYaml()
}

func selector(of *fluxkustomize.Selector) *types.Selector {
	if of == nil {
		return nil
	}
	var to types.Selector
	to.Group, to.Version, to.Kind = of.Group, of.Version, of.Kind
	to.Name, to.Namespace = of.Name, of.Namespace
	to.LabelSelector, to.AnnotationSelector = of.LabelSelector, of.AnnotationSelector
	return &to
}

// addMetadata reads the stream anew, which takes every List apart.
func addMetadata(manifests []byte, labels, annotations map[string]string) ([]byte, error) {
	objects, err := resmap.NewFactory(provider.NewDefaultDepProvider().GetResourceFactory()).NewResMapFromBytes(manifests)
	if err != nil {
		return nil, err
	}
	addLabels := builtins.LabelTransformerPlugin{
		Labels:     labels,
		FieldSpecs: []types.FieldSpec{{Path: "metadata/labels", CreateIfNotPresent: true}},
	}
	if err := addLabels.Transform(objects); err != nil {
		return nil, err
	}
	addAnnotations := builtins.AnnotationsTransformerPlugin{
		Annotations: annotations,
		FieldSpecs:  []types.FieldSpec{{Path: "metadata/annotations", CreateIfNotPresent: true}},
	}
	if err := addAnnotations.Transform(objects); err != nil {
		return nil, err
	}
	return objects.AsYaml()
}
