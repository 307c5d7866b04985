// Checks FTM's trees, proofs and notes with the Go project's own implementation, which shares no code with FTM.
// Reads one JSON document from standard input; prints how much it checked, or what is wrong first.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type input struct {
	Keys   []string          `json:"keys"`
	Leaves []string          `json:"leaves"` // event hashes, hex
	Roots  map[string]string `json:"roots"`  // size → root, hex
	Notes  []string          `json:"notes"`
	Records []struct {
		Index, Size int64
		Proof       []string
	} `json:"inclusion"`
	Trees []struct {
		Older, Size int64
		Proof       []string
	} `json:"consistency"`
	Forged []string `json:"forged"` // notes that must not open
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func hashOf(text string) tlog.Hash {
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != tlog.HashSize {
		fail("not a hash: %s", text)
	}
	var hash tlog.Hash
	copy(hash[:], bytes)
	return hash
}

func hashesOf(texts []string) []tlog.Hash {
	hashes := make([]tlog.Hash, 0, len(texts))
	for _, text := range texts {
		hashes = append(hashes, hashOf(text))
	}
	return hashes
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = m[index]
	}
	return hashes, nil
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		fail("input: %v", err)
	}
	var stored memory
	for n, leaf := range in.Leaves {
		data := hashOf(leaf)
		hashes, err := tlog.StoredHashes(int64(n), data[:], stored)
		if err != nil {
			fail("leaf %d: %v", n, err)
		}
		stored = append(stored, hashes...)
	}
	root := func(size int64) tlog.Hash {
		hash, err := tlog.TreeHash(size, stored)
		if err != nil {
			fail("tree of %d: %v", size, err)
		}
		return hash
	}
	for size, want := range in.Roots {
		var n int64
		fmt.Sscan(size, &n)
		if root(n) != hashOf(want) {
			fail("the root of %s leaves is another one", size)
		}
	}
	for _, each := range in.Records {
		data := hashOf(in.Leaves[each.Index])
		if err := tlog.CheckRecord(hashesOf(each.Proof), each.Size, root(each.Size), each.Index, tlog.RecordHash(data[:])); err != nil {
			fail("leaf %d in %d: %v", each.Index, each.Size, err)
		}
	}
	for _, each := range in.Trees {
		if err := tlog.CheckTree(hashesOf(each.Proof), each.Size, root(each.Size), each.Older, root(each.Older)); err != nil {
			fail("%d to %d: %v", each.Older, each.Size, err)
		}
	}
	var verifiers []note.Verifier
	for _, key := range in.Keys {
		verifier, err := note.NewVerifier(key)
		if err != nil {
			fail("key: %v", err)
		}
		verifiers = append(verifiers, verifier)
	}
	for _, text := range in.Notes {
		opened, err := note.Open([]byte(text), note.VerifierList(verifiers...))
		if err != nil {
			fail("note: %v", err)
		}
		lines := strings.Split(opened.Text, "\n")
		var size int64
		fmt.Sscan(lines[1], &size)
		want := root(size)
		if lines[2] != want.String() {
			fail("the checkpoint of %d says %s, the tree %s", size, lines[2], want)
		}
	}
	for _, text := range in.Forged {
		if _, err := note.Open([]byte(text), note.VerifierList(verifiers...)); err == nil {
			fail("a forged note was opened")
		}
	}
	fmt.Printf("%d roots, %d inclusion proofs, %d consistency proofs, %d notes, %d forged notes\n", len(in.Roots), len(in.Records), len(in.Trees), len(in.Notes), len(in.Forged))
}
