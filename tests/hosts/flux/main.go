// Command fluxhost treats files as Flux's controllers treat objects in a cluster, so that tests can see what becomes of
// manifests under Flux without a cluster.
//
//	fluxhost helmrelease RELEASE.yaml < RENDERED                  what helm-controller gives Helm to install
//	fluxhost kustomization [-lenient] KUSTOMIZATION.yaml FOLDER   what kustomize-controller applies
//
// Manifests come out on stdout. A failure goes to stderr in Flux's own words, with exit code 1.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	// All or nothing: a failure prints no manifest.
	var out bytes.Buffer
	if err := run(os.Args[1:], os.Stdin, &out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if _, err := out.WriteTo(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string, stdin io.Reader, stdout io.Writer) error {
	flags := flag.NewFlagSet("fluxhost", flag.ContinueOnError)
	lenient := flags.Bool("lenient", false, "take an undefined variable for an empty one, as Flux did before 2.9")
	var command string
	if len(arguments) > 0 {
		command = arguments[0]
		if err := flags.Parse(arguments[1:]); err != nil {
			return err
		}
	}
	var manifests []byte
	switch {
	case command == "helmrelease" && flags.NArg() == 1:
		release, err := os.ReadFile(flags.Arg(0))
		if err != nil {
			return err
		}
		rendered, err := io.ReadAll(stdin)
		if err != nil {
			return err
		}
		if manifests, err = postRender(release, rendered); err != nil {
			return err
		}
	case command == "kustomization" && flags.NArg() == 2:
		object, err := os.ReadFile(flags.Arg(0))
		if err != nil {
			return err
		}
		if manifests, err = postBuild(object, flags.Arg(1), !*lenient); err != nil {
			return err
		}
	default:
		return fmt.Errorf("usage: fluxhost helmrelease RELEASE.yaml | kustomization [-lenient] KUSTOMIZATION.yaml FOLDER")
	}
	_, err := stdout.Write(manifests)
	return err
}
