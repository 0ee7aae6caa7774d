# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors

# A whole application of Rails in one file; a larger one has the same `config.ru`, and its controllers elsewhere.
require "action_controller/railtie"
require "logger"

class Tea < Rails::Application
  config.load_defaults 6.1
  config.eager_load = true
  config.consider_all_requests_local = false
  config.hosts.clear
  config.secret_key_base = ENV.fetch("SECRET_KEY_BASE", "only for this machine")
  config.logger = Logger.new($stderr, level: :warn)

  routes.append do
    root to: "tea#hello"
    get "clock", to: "clock#show"
    post "upload", to: "tea#upload"
  end
end

class TeaController < ActionController::API
  def hello
    render json: { hello: params.fetch(:name, "world") }
  end

  def upload
    render json: { bytes: request.raw_post.bytesize }
  end
end

class ClockController < ActionController::API
  include ActionController::Live

  def show
    response.headers["Content-Type"] = "text/plain"
    # Without it Rack would hold the whole body back, to make an ETag of it.
    response.headers["Last-Modified"] = Time.now.httpdate
    (1..params.fetch(:ticks, 10).to_i).each do |number|
      response.stream.write "tick #{number}\n"
      sleep params.fetch(:every, 1).to_f
    end
  ensure
    response.stream.close
  end
end

Tea.initialize!
run Tea
