// The same errand in Go: keys through controller-runtime's own controller, with its metrics, and through the bare client-go
// queue, eight workers each and nothing to do per key. Prints lowest / median / highest of the rounds, keys a second.
//
// Usage: go run . KEYS ROUNDS
package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

const workers = 8

func main() {
	keys, rounds := number(1, 500_000), number(2, 5)
	log.SetLogger(logr.Discard())
	report("controller-runtime with its metrics", keys, rounds, controllerRuntime)
	report("bare client-go queue", keys, rounds, clientGo)
}

func number(at int, otherwise int) int {
	if len(os.Args) <= at {
		return otherwise
	}
	value, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return value
}

// One round more than counts: the first warms up.
func report(what string, keys, rounds int, run func(keys, round int) time.Duration) {
	rates := []float64{}
	for round := 0; round <= rounds; round++ {
		took := run(keys, round)
		if round > 0 {
			rates = append(rates, float64(keys)/took.Seconds())
		}
	}
	slices.Sort(rates)
	fmt.Printf("%s, %d keys: %.0f / %.0f / %.0f (lowest / median / highest) keys/s\n",
		what, keys, rates[0], rates[len(rates)/2], rates[len(rates)-1])
}

func controllerRuntime(keys, round int) time.Duration {
	ctx, stop := context.WithCancel(context.Background())
	var visited atomic.Int64
	reconciler := reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
		if visited.Add(1) == int64(keys) {
			stop()
		}
		return reconcile.Result{}, nil
	})
	options := controller.Options{Reconciler: reconciler, MaxConcurrentReconciles: workers, Logger: logr.Discard()}
	bench, err := controller.NewUnmanaged(fmt.Sprintf("bench-%d", round), options)
	if err != nil {
		panic(err)
	}
	var began time.Time
	fill := source.TypedFunc[reconcile.Request](
		func(_ context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
			go func() {
				began = time.Now()
				for i := range keys {
					queue.Add(reconcile.Request{NamespacedName: types.NamespacedName{Name: fmt.Sprintf("cluster-%d", i)}})
				}
			}()
			return nil
		})
	if err := bench.Watch(fill); err != nil {
		panic(err)
	}
	if err := bench.Start(ctx); err != nil {
		panic(err)
	}
	return time.Since(began)
}

func clientGo(keys, _ int) time.Duration {
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	var visited atomic.Int64
	done := make(chan struct{})
	for range workers {
		go func() {
			for {
				key, over := queue.Get()
				if over {
					return
				}
				queue.Forget(key)
				queue.Done(key)
				if visited.Add(1) == int64(keys) {
					close(done)
				}
			}
		}()
	}
	began := time.Now()
	for i := range keys {
		queue.Add(fmt.Sprintf("cluster-%d", i))
	}
	<-done
	took := time.Since(began)
	queue.ShutDown()
	return took
}
