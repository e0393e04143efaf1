module Toolkit.Tests.Symbolic.CouplingTrees.ReaderTests

open Expecto
open Toolkit.Tests.Laws
open Toolkit.Symbolic.CouplingTrees

let private fields =
    """"fields":{"rho":{"parity":"polar","time":"even"},"spin":{"rank":1,"parity":"axial","time":"odd"}}"""

let private document (tree: string) = "{\"format\":\"coupling-tree/1\"," + fields + ",\"tree\":" + tree + "}"

let malformed = [
    (document """{"leaf":"rho","l":0,"m":1}""", "tree: found the key 'm', expected one of leaf, l, J, couple, L, sumJ, map, sum")
    (document """{"leaf":"rho"}""", "tree: found nothing, expected the key 'l'")
    (document """{"leaf":"rho","l":-1}""", "tree.l: found -1, expected an integer ≥ 0 or a name")
    (document """{"leaf":"rho","l":1.5}""", "tree.l: found 1.5, expected an integer ≥ 0 or a name")
    (document """{"leaf":"rho","l":0,"J":1}""", "tree: found the key 'J', expected one of leaf, l")
    (document """{"leaf":"spin","l":0}""", "tree: found nothing, expected the key 'J'")
    (document """{"leaf":"q","l":0}""", "tree.leaf: found 'q', expected one of the fields rho, spin")
    (document """{"couple":[{"leaf":"rho","l":0}],"L":0}""",
     "tree.couple: found [{\"leaf\":\"rho\",\"l\":0}], expected an array of two nodes")
    (document """{"couple":[{"leaf":"rho","l":0},{"leaf":"rho","l":0}],"L":0,"l":1}""",
     "tree: found the key 'l', expected one of couple, L, sumJ")
    (document """{"leaf":"rho","l":"l 1"}""",
     "tree.l: found 'l 1', expected a name of letters, digits and underscores that starts with a letter")
    ("""{"format":"coupling-tree/2","fields":{},"tree":{}}""", "format: found 'coupling-tree/2', expected 'coupling-tree/1'")
    ("""{"format":"coupling-tree/1","fields":{"a":{"parity":"even","time":"even"}},"tree":{}}""",
     "fields.a.parity: found 'even', expected polar or axial")
    ("""{"format":"coupling-tree/1","fields":{"a":{"rank":2,"parity":"polar","time":"even"}},"tree":{}}""",
     "fields.a.rank: found 2, expected 0 or 1")
    ("""{"format":"coupling-tree/1","fields":{},"fields":{},"tree":{}}""", "coupling tree: found the key 'fields' twice, expected it once")
    ("?", "line 1, byte 1: not JSON")
]

[<Tests>]
let tests =
    testList "Symbolic.CouplingTrees.ReaderTests" [
        testCase "a tree is read with its fields, names and numbers"
        <| fun () ->
            let text =
                document
                    """{"couple":[{"couple":[{"leaf":"spin","l":"l1","J":"J"},{"leaf":"rho","l":2}],"L":"k"},{"leaf":"rho","l":"k"}],"L":0}"""

            match CouplingTreeReader.read text with
            | Ok tree ->
                let inner = Couple(Vector("spin", Named "l1", Named "J"), Scalar("rho", Fixed 2), Named "k")
                Assert.Equal(Couple(inner, Scalar("rho", Named "k"), Fixed 0), tree.Tree)
                Assert.Equal({ Rank = 1; Parity = Axial; Time = Odd }, tree.Fields["spin"])
                Assert.Equal({ Rank = 0; Parity = Polar; Time = Even }, tree.Fields["rho"])
            | Error why -> Assert.Fail why

        testCases "bad input gets one line: where, what was found, what was expected" malformed <| fun (text: string, expected: string) ->
            Assert.Equal(Error expected, CouplingTreeReader.read text)
    ]
