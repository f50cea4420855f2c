// Command yamlreaders reads streams as programs of Kubernetes do, so that tests can compare what we print with what those take
// from it.
//
//	yamlreaders < INPUT
//
// INPUT is JSON, {NAME: STREAM, …}. Prints JSON, {READER: {NAME: …}}: the documents of each stream as that reader has them, less
// those that hold nothing, or {"error": …}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	machinery "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/yaml"
)

type documents = []json.RawMessage

var readers = map[string]func(stream string) (documents, error){
	"sigs.k8s.io/yaml": strict,
	"apimachinery":     decoded,
	"kyaml":            nodes,
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	streams := map[string]string{}
	if err := json.NewDecoder(in).Decode(&streams); err != nil {
		return err
	}
	said := map[string]map[string]any{}
	for reader, read := range readers {
		said[reader] = map[string]any{}
		for name, stream := range streams {
			if documents, err := read(stream); err != nil {
				said[reader][name] = map[string]string{"error": err.Error()}
			} else {
				said[reader][name] = documents
			}
		}
	}
	return json.NewEncoder(out).Encode(said)
}

// strict has apimachinery's splitter cut the stream, as kubectl and Argo CD do, and reads each part as the API server does where
// validation is strict: a key that stands twice is an error.
func strict(stream string) (documents, error) {
	parts := machinery.NewYAMLReader(bufio.NewReader(strings.NewReader(stream)))
	return collect(func() (json.RawMessage, error) {
		part, err := parts.Read()
		if err != nil {
			return nil, err
		}
		return yaml.YAMLToJSONStrict(part)
	})
}

// decoded is how kubectl and Helm's client read a stream: YAML or JSON values one after another.
func decoded(stream string) (documents, error) {
	decoder := machinery.NewYAMLOrJSONDecoder(strings.NewReader(stream), 4096)
	return collect(func() (json.RawMessage, error) {
		var document json.RawMessage
		err := decoder.Decode(&document)
		return document, err
	})
}

// nodes is how kustomize, KRM functions and Helm 4 read a stream; to JSON it goes by kyaml's own writer.
func nodes(stream string) (documents, error) {
	read, err := (&kio.ByteReader{
		Reader: strings.NewReader(stream), OmitReaderAnnotations: true, DisableUnwrapping: true,
	}).Read()
	if err != nil {
		return nil, err
	}
	return collect(func() (json.RawMessage, error) {
		if len(read) == 0 {
			return nil, io.EOF
		}
		document, err := read[0].MarshalJSON()
		read = read[1:]
		return document, err
	})
}

func collect(next func() (json.RawMessage, error)) (documents, error) {
	found := documents{}
	for {
		document, err := next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if len(document) > 0 && !bytes.Equal(document, []byte("null")) {
			found = append(found, document)
		}
	}
}
